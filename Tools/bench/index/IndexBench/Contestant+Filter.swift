import Foundation
import HNSW

/// Searches among the rows that a filter lets through.
extension Contestant {
  private static let breadths = [10, 12, 16, 24, 32, 64, 200]

  func filter() throws {
    let count = min(arguments.queryCount, data.meta.small)
    let index = try VectorIndex(environment: try preloaded())
    let numbering = try Numbering(index, rows: data.meta.n)
    for (name, filter) in data.meta.filters.sorted(by: { $0.key < $1.key }) {
      let slots = numbering.slots(of: try data.rows(passing: filter))
      try measure(name, Array(repeating: slots, count: count), numbering, in: index)
    }
    let categories = try data.rowsByCategory().mapValues(numbering.slots)
    for name in data.meta.filtersByQuery {
      let asked = try data.rows(
        "filt.\(name).category.i32", count: count, width: 1, of: Int32.self)
      try measure(name, asked.map { categories[Int($0)] ?? SlotSet() }, numbering, in: index)
    }
  }

  /// Asks the first queries, each with its filter.
  private func measure(
    _ name: String, _ filters: [SlotSet], _ numbering: Numbering, in index: VectorIndex
  ) throws {
    let count = filters.count
    let queries = try data.rows("test.f32", count: count, width: data.meta.d, of: Float.self)
    let truth = try data.rows("filt.\(name).gt.i32", count: count, width: Self.k, of: Int32.self)
    let share = filters.reduce(0) { $0 + Double($1.count) } / Double(count * data.meta.n)
    let usual = SearchParameters(k: Self.k)
    _ = try run(queries, usual, filters: filters, budget: 0.5, in: index)
    for ef in Self.breadths {
      let parameters = SearchParameters(k: Self.k, ef: ef)
      let run = try run(
        queries, parameters, filters: filters, budget: arguments.budget, in: index)
      try emit(
        "filter",
        [
          ("filter", name), ("selectivity", share), ("ef", ef), ("k", Self.k),
          ("recall10", recall(numbering.rows(of: run.found), truth, width: Self.k, k: Self.k)),
        ] + run.fields)
    }
  }
}
