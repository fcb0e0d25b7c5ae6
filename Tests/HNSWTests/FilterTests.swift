import HNSW
import Testing
import TestSupport

@Suite struct FilterTests {
  @Test(arguments: [0.9, 0.5, 0.1, 0.01, 0.001])
  func `filters keep their recall`(share: Double) throws {
    let fixture = try Fixture.shared
    var random = SplitMix(seed: 71)
    let filter = Set(
      fixture.rows.keys.sorted().filter { _ in
        Double.random(in: 0..<1, using: &random) < share
      })
    let recall = try fixture.recall(
      clustered(30, dimensions: 24, seed: 72), ef: 32, filter: filter)
    #expect(recall >= 0.97, "recall \(recall) at \(share)")
  }

  /// Filters that let through the nearest, or the farthest, of the query and nothing else, or have
  /// nothing to do with it; by the way that is cheaper, and by walks as far as they lead.
  @Test(arguments: [0.5, 0.1, 0.01, 0.001], [10, 100])
  func `filters of every kind keep their recall`(share: Double, k: Int) throws {
    let fixture = try Fixture.shared
    var random = SplitMix(seed: 77)
    struct Kind: Hashable {
      let filter: String
      let isForced: Bool
    }
    var found: [Kind: Int] = [:]
    var wanted = 0
    for row in 0..<10 {
      let query = Array(clustered(10, dimensions: 24, seed: 73)[row * 24..<(row + 1) * 24])
      let order = fixture.nearest(query, k: fixture.rows.count)
      let count = Int(Double(order.count) * share)
      let filters = [
        "near": order.prefix(count), "far": order.suffix(count),
        "unrelated": order.shuffled(using: &random).prefix(count),
      ]
      wanted += min(k, count)
      try fixture.snapshot { snapshot in
        for (name, ids) in filters {
          let slots = try SlotSet(ids.compactMap { try snapshot.slot(of: $0) })
          let exact = try snapshot.search(query.span, k: k, filter: slots, exact: true).hits
          for path in [nil, SearchPath.filteredGraph] {
            var parameters = SearchParameters(k: k, filter: slots)
            parameters.forcedPath = path
            let hits = try snapshot.search(query.span, parameters).hits
            #expect(hits.count == min(k, count))
            found[Kind(filter: name, isForced: path != nil), default: 0] +=
              Set(hits.map(\.slot)).intersection(exact.map(\.slot)).count
          }
        }
      }
    }
    for (kind, found) in found {
      let least = kind.isForced ? 0.98 : 0.99
      #expect(Double(found) >= least * Double(wanted), "\(kind): \(found) of \(wanted)")
    }
  }

  /// What a walk passes on its way is scored, and from there on little but what matches.
  @Test(arguments: [0.3, 0.1])
  func `walks through filters score little but what matches`(share: Double) throws {
    let fixture = try Fixture.shared
    let seed: UInt64 = 78
    var random = SplitMix(seed: seed)
    let queries = clustered(20, dimensions: 24, seed: seed)
    var (found, wanted, unrelated, near, plain) = (0, 0, 0, 0, 0)
    try fixture.snapshot { snapshot in
      for row in 0..<20 {
        let query = Array(queries[row * 24..<(row + 1) * 24])
        let slots = try fixture.nearest(query, k: fixture.rows.count).compactMap {
          try snapshot.slot(of: $0)
        }
        let count = Int(share * Double(slots.count))
        var parameters = SearchParameters(k: 10, ef: 32)
        parameters.forcedPath = .filteredGraph
        let some = SlotSet(slots.shuffled(using: &random).prefix(count))
        parameters.filter = some
        let result = try snapshot.search(query.span, parameters)
        let exact = try snapshot.search(query.span, k: 10, filter: some, exact: true)
        found += Set(result.hits.map(\.slot)).intersection(exact.hits.map(\.slot)).count
        wanted += 10
        unrelated += result.distanceCount
        parameters.filter = SlotSet(slots.prefix(count))
        near += try snapshot.search(query.span, parameters).distanceCount
        plain += try snapshot.search(query.span, k: 10, ef: Int(32 / share)).distanceCount
      }
    }
    #expect(Double(found) >= 0.97 * Double(wanted), "\(found) of \(wanted), seed \(seed)")
    #expect(Double(unrelated) < 0.8 * Double(plain), "\(unrelated), \(plain) without a filter")
    #expect(near < plain, "\(near) where the nearest match, \(plain) without a filter")
  }

  @Test func `Few matches are scanned, but walked to where they lie near the query`() throws {
    let (seed, count): (UInt64, Int) = (79, 60_000)
    var random = SplitMix(seed: seed)
    let fixture = try Fixture(IndexConfiguration(dimensions: 16, m: 8, efConstruction: 40))
    try fixture.upsert(
      (0..<count).map(String.init), clustered(count, dimensions: 16, seed: seed), threads: 2)
    let queries = clustered(10, dimensions: 16, seed: seed + 1)
    let matches = count / 20
    var (found, wanted) = (0, 0)
    try fixture.snapshot { snapshot in
      for row in 0..<10 {
        let query = Array(queries[row * 16..<(row + 1) * 16])
        let order = try snapshot.search(query.span, k: count, exact: true).hits.map(\.slot)
        let near = try snapshot.search(
          query.span, k: 10, filter: SlotSet(order.prefix(matches)))
        #expect(near.path == .filteredGraph && near.estimate.walk < near.estimate.scan)
        #expect(near.distanceCount < matches, "scored \(near.distanceCount), seed \(seed)")
        found += Set(near.hits.map(\.slot)).intersection(order.prefix(10)).count
        wanted += 10
        for others in [order.shuffled(using: &random).prefix(matches), order.suffix(matches)] {
          let result = try snapshot.search(query.span, k: 10, filter: SlotSet(others))
          #expect(result.path == .scan && result.estimate.walk > result.estimate.scan)
        }
      }
    }
    #expect(Double(found) >= 0.97 * Double(wanted), "\(found) of \(wanted), seed \(seed)")
  }

  /// Of a few vectors unlike all others the codes are clipped, and seem to be nearer than they are.
  @Test func `clipped codes do not hide what is nearer`() throws {
    let seed: UInt64 = 12
    var random = SplitMix(seed: seed)
    let fixture = try Fixture(IndexConfiguration(dimensions: 24))
    let usual = (0..<3000 * 24).map { _ in 3 + 0.5 * random.normal() }
    try fixture.upsert((0..<3000).map(String.init), usual)
    let unlike = (0..<20).flatMap { row in
      (0..<24).map { $0 == row ? -30 : 3 + 0.5 * random.normal() }
    }
    try fixture.upsert((0..<20).map { "unlike \($0)" }, unlike)
    let query = (0..<24).map { _ in 3 + 0.05 * random.normal() }
    let order = fixture.nearest(query, k: fixture.rows.count)
    try fixture.snapshot { snapshot in
      for count in [600, 63, 40, 30] {
        let slots = try SlotSet(order.suffix(count).compactMap { try snapshot.slot(of: $0) })
        let found = try snapshot.search(query.span, k: 5, filter: slots).hits.map(\.slot)
        let exact = try snapshot.search(query.span, k: 5, filter: slots, exact: true).hits
        #expect(found == exact.map(\.slot), "seed \(seed), \(count) match")
      }
    }
  }

  @Test func `never fewer than there are`() throws {
    let fixture = try Fixture.shared
    let query = clustered(1, dimensions: 24, seed: 74)
    try fixture.snapshot { snapshot in
      for count in [0, 1, 7, 40] {
        let slots = SlotSet((0..<count).map { Slot($0 * 53) })
        for exact in [true, false] {
          let result = try snapshot.search(query.span, k: 20, filter: slots, exact: exact)
          #expect(result.hits.count == min(20, count))
          #expect(result.hits.allSatisfy { slots.contains($0.slot) })
        }
      }
      let all = try snapshot.search(query.span, k: 100_000).hits
      let none = try snapshot.search(query.span, k: 0).hits
      #expect(all.count == snapshot.count && none.isEmpty)
    }
  }

  @Test func `ranges hold what is within`() throws {
    let fixture = try Fixture.shared
    let query = clustered(1, dimensions: 24, seed: 75)
    let order = fixture.nearest(query, k: 301)
    let radius = try Float(fixture.distance(query, #require(fixture.rows[order[300]])))
    try fixture.snapshot { snapshot in
      let found = try snapshot.search(query.span, k: 1000, maxDistance: radius * 0.9999)
      #expect(found.hits.count >= 290 && found.hits.count <= 302)
      #expect(found.hits.allSatisfy { $0.distance <= radius })
      let limited = try snapshot.search(query.span, k: 50, maxDistance: radius)
      #expect(limited.hits.count == 50)
    }
  }

  @Test func `exact search is exact`() throws {
    let fixture = try Fixture.shared
    let queries = clustered(20, dimensions: 24, seed: 76)
    try fixture.snapshot { snapshot in
      for row in 0..<20 {
        let query = Array(queries[row * 24..<(row + 1) * 24])
        let result = try snapshot.search(query.span, k: 10, exact: true)
        #expect(result.isExact && result.path == .scan)
        let ids = try result.hits.compactMap { try snapshot.id(of: $0.slot) }
        #expect(ids == fixture.nearest(query, k: 10))
      }
    }
  }
}

extension Fixture {
  /// 8,000 vectors in full precision, made once.
  static var shared: Fixture { get throws { try made.get() } }
  // Sendable: tests only search it.
  nonisolated(unsafe) private static let made = Result {
    let fixture = try Fixture(
      IndexConfiguration(dimensions: 24, metric: .l2, storage: .float32))
    try fixture.upsert((0..<8000).map { "p\($0)" }, clustered(8000, dimensions: 24, seed: 70))
    return fixture
  }
}
