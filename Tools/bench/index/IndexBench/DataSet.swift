import Foundation
import HNSW

/// The files of one data set: raw little-endian rows, truth, attributes.
struct DataSet {
  struct Filter: Decodable {
    let brand: Int?
    let category: Int?
    let lowestPrice: Double?
    let highestPrice: Double?

    enum CodingKeys: String, CodingKey {
      case brand, category
      case lowestPrice = "price_min"
      case highestPrice = "price_max"
    }
  }

  struct Meta: Decodable {
    let n: Int
    let d: Int
    let small: Int
    let filters: [String: Filter]
    /// Filters that ask for another category for each query.
    let filtersByQuery: [String]

    enum CodingKeys: String, CodingKey {
      case n, d, small, filters
      case filtersByQuery = "filters_by_query"
    }
  }

  let prefix: String
  let meta: Meta

  init(directory: String, name: String) throws {
    prefix = "\(directory)/\(name)"
    let json = try Data(contentsOf: URL(fileURLWithPath: "\(prefix).meta.json"))
    meta = try JSONDecoder().decode(Meta.self, from: json)
  }

  func path(_ part: String) -> String { "\(prefix).\(part)" }

  /// The vectors of the index, mapped.
  func train() throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path("train.f32")), options: .alwaysMapped)
  }

  /// The first `count` rows of a file of numbers.
  func rows<T: BitwiseCopyable>(_ part: String, count: Int, width: Int, of type: T.Type) throws
    -> [T]
  {
    let data = try Data(
      contentsOf: URL(fileURLWithPath: path(part)), options: .alwaysMapped)
    return data.withUnsafeBytes { Array($0.bindMemory(to: T.self).prefix(count * width)) }
  }

  /// The rows that pass a filter.
  func rows(passing filter: Filter) throws -> SlotSet {
    var rows = SlotSet()
    try forEachRow { row, brand, category, price in
      if brand == filter.brand ?? brand, category == filter.category ?? category,
        price >= filter.lowestPrice ?? price, price <= filter.highestPrice ?? price
      {
        rows.insert(row)
      }
    }
    return rows
  }

  /// The rows of each category.
  func rowsByCategory() throws -> [Int: SlotSet] {
    var rows: [Int: SlotSet] = [:]
    try forEachRow { row, _, category, _ in rows[category, default: SlotSet()].insert(row) }
    return rows
  }

  private func forEachRow(
    _ body: (_ row: Slot, _ brand: Int, _ category: Int, _ price: Double) -> Void
  ) throws {
    let text = try String(contentsOfFile: path("attrs.csv"), encoding: .utf8)
    for line in text.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",")
      guard let row = Slot(fields[0]), let brand = Int(fields[1]), let category = Int(fields[2])
      else { continue }
      body(row, brand, category, Double(fields[3]) ?? 0)
    }
  }
}

/// Mean share of the truth that was found; truth is padded with -1.
func recall(_ found: [[Slot]], _ truth: [Int32], width: Int, k: Int) -> Double {
  var (hits, total) = (0, 0)
  for (row, slots) in found.enumerated() {
    let wanted = Set(truth[row * width..<row * width + k].filter { $0 >= 0 }.map { Slot($0) })
    total += wanted.count
    hits += wanted.intersection(slots).count
  }
  return Double(hits) / Double(max(1, total))
}
