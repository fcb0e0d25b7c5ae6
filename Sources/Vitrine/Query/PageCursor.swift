import Foundation

/// Where the next page of a query starts, as a text that says nothing to anyone else.
///
/// It belongs to one snapshot: in another one the order is another one, and pages would repeat or
/// skip products.
struct PageCursor {
  /// A state of an index: transactions are counted from the last compaction, revisions through all of them.
  struct Snapshot: Equatable {
    let revision: UInt64
    let transaction: Int
  }

  let snapshot: Snapshot
  /// A hash of the query, so that a cursor is not used with another one.
  let query: UInt64
  let offset: Int

  init(snapshot: Snapshot, query: Query, offset: Int) {
    self.snapshot = snapshot
    self.query = Self.hash(query)
    self.offset = offset
  }

  var text: String {
    let numbers = "[\(snapshot.revision),\(snapshot.transaction),\(query),\(offset)]"
    return Data(numbers.utf8).base64EncodedString()
  }

  /// Where the page of a query starts: 0 if it has no cursor.
  static func offset(of query: Query, snapshot: Snapshot) throws -> Int {
    guard let text = query.cursor else { return 0 }
    guard let data = Data(base64Encoded: text),
      let numbers = try? JSONDecoder().decode([UInt64].self, from: data), numbers.count == 4,
      numbers[2] == hash(query), numbers[3] <= Int32.max
    else { throw QueryError.invalidCursor }
    guard numbers[0] == snapshot.revision, numbers[1] == UInt64(snapshot.transaction) else {
      throw QueryError.cursorExpired
    }
    return Int(numbers[3])
  }

  /// Stable over processes: FNV-1a over what may be long in a query, and over the rest as JSON.
  private static func hash(_ query: Query) -> UInt64 {
    var hash = FNV()
    var rest = query
    rest.terms = query.terms.map { term in
      hash.combine(term.subject)
      return QueryTerm(.vector([]), weight: term.weight)
    }
    if let filter = query.filter { hash.combine("\(filter)".utf8) }
    for facet in query.facets {
      hash.combine(facet.attribute.utf8)
      hash.combine(number: UInt64(facet.limit))
    }
    hash.combine(number: UInt64(query.k))
    (rest.filter, rest.fields, rest.cursor, rest.explain, rest.k) = (nil, nil, nil, false, 0)
    rest.facets = []
    hash.combine(number: rest == usual.query ? usual.hash : jsonHash(rest))
    return hash.value
  }

  /// What is left of queries that ask for one thing in the usual way: making JSON of it each time
  /// would take a tenth as long as the search.
  private static let usual: (query: Query, hash: UInt64) = {
    var plain = Query()
    plain.k = 0
    plain.terms = [.vector([])]
    return (plain, jsonHash(plain))
  }()

  private static func jsonHash(_ query: Query) -> UInt64 {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var hash = FNV()
    hash.combine((try? encoder.encode(query)) ?? Data())
    return hash.value
  }
}

extension FNV {
  fileprivate mutating func combine(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { combine(number: UInt64(byte)) }
    combine(number: 0x100)
  }

  fileprivate mutating func combine(_ subject: QueryTerm.Subject) {
    switch subject {
    case .text(let text): combine(text.utf8)
    case .image(let bytes): combine(bytes)
    case .product(let id):
      combine(number: 0x101)
      combine(id.utf8)
    case .vector(let vector): for number in vector { combine(number: UInt64(number.bitPattern)) }
    }
  }
}
