import HNSW
import LMDB

/// Turns a filter that is bound to the schema into the set of slots which satisfy it.
struct FilterEvaluator {
  let store: ProductStore
  var cancellation = Cancellation()

  /// - Throws: also what ``Cancellation/check()`` throws, between conditions.
  /// - Complexity: proportional to the postings that the filter's terms touch, not to the products.
  func slots(
    _ filter: Filter, in txn: borrowing some Transaction & ~Copyable
  ) throws -> Bitmap {
    try cancellation.check()
    switch filter {
    case .and(let parts): return try intersection(of: parts, in: txn)
    case .or(let parts): return try union(of: parts) { try slots($0, in: txn) }
    case .not: return try intersection(of: [filter], in: txn)
    case .compare(let attribute, .notEqual, let value):
      return try slots(.not(.compare(attribute: attribute, .equal, value)), in: txn)
    default:
      return try union(of: ranges(of: filter)) { try Columns.union(in: store.columns, $0, txn) }
    }
  }

  private func union<Part>(of parts: [Part], _ slots: (Part) throws -> Bitmap) throws -> Bitmap {
    var union = Bitmap.Union()
    for part in parts { union.add(try slots(part)) }
    return union.finish()
  }

  /// Negated parts are subtracted, so that only a filter of nothing but negations starts from all
  /// products.
  private func intersection(
    of parts: [Filter], in txn: borrowing some Transaction & ~Copyable
  ) throws -> Bitmap {
    var result: Bitmap?
    var negated: [Filter] = []
    for part in parts {
      if let inner = part.negated {
        negated.append(inner)
      } else if let result {
        result.formIntersection(try slots(part, in: txn))
      } else {
        result = try slots(part, in: txn)
      }
    }
    let remaining = try result ?? store.live(in: txn)
    for inner in negated where !remaining.isEmpty {
      remaining.subtract(try slots(inner, in: txn))
    }
    return remaining
  }

  /// The ranges of keys whose postings together are the filter; the filter is a single condition.
  private func ranges(of filter: Filter) -> [KeyRange] {
    switch filter {
    case .compare(let attribute, let comparison, let value):
      guard let (number, kind) = store.attribute(attribute),
        let term = ColumnTerm.of(value, number, kind)
      else { return [] }
      return [term.range(comparison)]
    case .oneOf(let attribute, let values):
      guard let (number, kind) = store.attribute(attribute) else { return [] }
      return Set(values.compactMap { ColumnTerm.of($0, number, kind) }).map { $0.range(.equal) }
    case .between(let attribute, let low, let high):
      guard let (number, kind) = store.attribute(attribute),
        let first = ColumnTerm.of(low, number, kind), let last = ColumnTerm.of(high, number, kind)
      else { return [] }
      return [.from(first.bytes, through: last.bytes + ColumnTerm.afterGroups)]
    case .prefix(let attribute, let text):
      guard let (number, _) = store.attribute(attribute) else { return [] }
      return [.prefix(ColumnTerm.prefix(number, text))]
    case .exists(let attribute):
      guard let (number, _) = store.attribute(attribute) else { return [] }
      return [.prefix(ColumnTerm.exists(number).bytes)]
    case .and, .or, .not: return []
    }
  }
}

extension Filter {
  /// What a condition negates, if it is a negation.
  fileprivate var negated: Filter? {
    switch self {
    case .not(let inner): inner
    case .compare(let attribute, .notEqual, let value):
      .compare(attribute: attribute, .equal, value)
    default: nil
    }
  }
}

extension ColumnTerm {
  /// Sorts behind every group of a term.
  fileprivate static let afterGroups: [UInt8] = [0xFF, 0xFF, 0xFF]

  /// The keys of values that compare to this one as asked.
  fileprivate func range(_ comparison: Filter.Comparison) -> KeyRange {
    let header = Array(bytes.prefix(3))
    let last = header + [UInt8](repeating: 0xFF, count: 11)
    return switch comparison {
    case .equal, .notEqual: .prefix(bytes)
    case .less: .from(header, through: bytes)
    case .lessOrEqual: .from(header, through: bytes + Self.afterGroups)
    case .greater: .from(bytes + Self.afterGroups, through: last)
    case .greaterOrEqual: .from(bytes, through: last)
    }
  }
}
