import BenchSupport
import Foundation
import HNSW
import Kernels
import LMDB
import TestSupport

/// A filter over a data set, and a way to answer it.
private struct Setting: Hashable {
  /// What the filter has to do with the query: nothing, or it lets the nearest or the farthest by.
  enum Correlation: String, CaseIterable {
    case none, near, far
  }

  let correlation: Correlation
  let share: Double
  let k: Int
  let way: SearchPath?

  static let all = Correlation.allCases.flatMap { correlation in
    [10, 100].flatMap { k in
      [0.5, 0.3, 0.2, 0.1, 0.05, 0.01, 0.001].flatMap { share in
        // A walk to what is farthest, or to few, meets everything else first.
        let isWalkHopeless = correlation == .far || share < 0.05
        return (isWalkHopeless ? [.scan, nil] : [SearchPath.filteredGraph, .scan, nil]).map {
          Setting(correlation: correlation, share: share, k: k, way: $0)
        }
      }
    }
  }
}

extension Contestant {
  /// Ways through filters of many sizes: the time and the recall of the walk, of the scan, and of
  /// what the planner chooses.
  func plan() throws {
    let (n, d) = (data.meta.n, data.meta.d)
    let count = min(arguments.queryCount, 100)
    let queries = try data.rows("test.f32", count: count, width: d, of: Float.self)
    let rows = try data.rows("train.f32", count: n, width: d, of: Float.self)
    let index = try VectorIndex(environment: try preloaded())
    let slots = try Numbering(index, rows: n).slots
    var costs: [Setting: Cost] = [:]
    var shuffler = SplitMix(seed: 4)
    for number in 0..<count {
      let query = Array(queries[number * d..<(number + 1) * d])
      let scores = (0..<n).map {
        Kernels.best.dot(query.span, rows.span.extracting($0 * d..<($0 + 1) * d))
      }
      let nearest = (0..<n).sorted { scores[$0] > scores[$1] }.map { slots[$0] }
      let random = nearest.shuffled(using: &shuffler)
      for setting in Setting.all {
        let size = max(1, Int(setting.share * Double(n)))
        let chosen =
          switch setting.correlation {
          case .none: random.prefix(size)
          case .near: nearest.prefix(size)
          case .far: nearest.suffix(size)
          }
        try measure(query, SlotSet(chosen), setting, &costs[setting, default: Cost()], in: index)
      }
    }
    for setting in Setting.all {
      try emit(
        "plan",
        [
          ("filter", setting.correlation.rawValue), ("selectivity", setting.share),
          ("k", setting.k), ("way", setting.way.map(\.rawValue) ?? "chosen"),
        ] + (costs[setting]?.fields ?? []))
    }
  }

  private func measure(
    _ query: [Float], _ filter: SlotSet, _ setting: Setting, _ cost: inout Cost,
    in index: VectorIndex
  ) throws {
    var parameters = SearchParameters(k: setting.k, filter: filter)
    parameters.forcedPath = setting.way
    try index.environment.read { txn in
      try index.withSnapshot(txn) { snapshot in
        let truth = try snapshot.search(query.span, k: setting.k, filter: filter, exact: true)
        let start = ProcessTime.processor
        let result = try snapshot.search(query.span, parameters)
        cost.add(result, truth: truth.hits, seconds: ProcessTime.processor - start)
      }
    }
  }
}

/// What a way has cost over all queries.
private struct Cost {
  private var queries = 0
  private var seconds = 0.0
  private var distances = 0
  private var found = 0
  private var wanted = 0
  private var scans = 0

  mutating func add(_ result: SearchResult, truth: [SearchHit], seconds: Double) {
    queries += 1
    self.seconds += seconds
    distances += result.distanceCount
    found += Set(truth.map(\.slot)).intersection(result.hits.map(\.slot)).count
    wanted += truth.count
    scans += result.path == .scan ? 1 : 0
  }

  var fields: [(String, any Encodable)] {
    [
      ("us", seconds / Double(queries) * 1e6), ("recall", Double(found) / Double(wanted)),
      ("distances", distances / queries), ("scans", Double(scans) / Double(queries)),
    ]
  }
}
