import Kernels
import Testing

/// The steps of a walk, on every instruction set, against the obvious way to do them.
@Suite struct WalkTests {
  static let levels = Kernels.Level.allCases.compactMap { Kernels.named($0) }

  /// Numbers that look random.
  private struct Source {
    var state: UInt64
    mutating func next(_ range: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % range
    }
  }

  @Test(arguments: levels, [1, 2, 7, 8, 9, 64, 200, 1500])
  func `A pool keeps the nearest in order`(kernels: Kernels, capacity: Int) {
    var source = Source(state: UInt64(capacity))
    let pool = CandidatePool()
    for round in 0..<3 {
      pool.begin(capacity)
      var all: [(score: Int32, position: UInt32)] = []
      for batch in [1, 3, 0, 70, 9, 150, 1100, 700] {
        let scores = (0..<batch).map { _ in Int32(source.next(200) - 100) }
        let positions = (0..<batch).map { UInt32(all.count + $0) }
        kernels.walks.merge(scores, positions, batch, into: pool)
        all += zip(scores, positions).map { ($0, $1) }
        let expected = all.sorted { ($0.score, $0.position) < ($1.score, $1.position) }
          .prefix(capacity)
        #expect(pool.count == expected.count, "round \(round)")
        for (index, entry) in expected.enumerated() where index < pool.count {
          #expect(pool.score(index) == entry.score && pool.position(index) == entry.position)
        }
      }
    }
  }

  @Test(arguments: levels)
  func `The extremes of scores keep their order`(kernels: Kernels) {
    let pool = CandidatePool()
    pool.begin(8)
    kernels.walks.merge([.max, 0, .min, -1, 1], [4, 2, 0, 1, 3], 5, into: pool)
    #expect((0..<5).map(pool.position) == [0, 1, 2, 3, 4])
    #expect((0..<5).map(pool.score) == [.min, -1, 0, 1, .max])
  }

  @Test(arguments: levels)
  func `Each entry is expanded once, the nearest first, wherever new ones turn up`(
    kernels: Kernels
  ) {
    let pool = CandidatePool()
    pool.begin(16)
    func merge(_ scores: [Int32], _ positions: [UInt32]) {
      kernels.walks.merge(scores, positions, scores.count, into: pool)
    }
    merge([30, 10, 20], [3, 1, 2])
    #expect(pool.expandNext(breadth: 16) == 1)
    #expect(pool.expandNext(breadth: 16) == 2)
    merge([5, 25], [0, 9])
    #expect(pool.expandNext(breadth: 16) == 0)
    #expect(pool.expandNext(breadth: 16) == 9)
    #expect(pool.expandNext(breadth: 4) == nil)
    #expect(pool.expandNext(breadth: 16) == 3)
    #expect(pool.expandNext(breadth: 16) == nil)
  }

  @Test func `Only neighbours that were not met before are gathered`() {
    var source = Source(state: 5)
    var visited = [UInt64](repeating: 0, count: 4)
    var met: Set<UInt32> = []
    var positions = [UInt32](repeating: 0, count: 400)
    var slots = positions
    for round in 0..<30 {
      var links = (0..<16).map { _ in UInt32(source.next(256)) | UInt32(source.next(4)) << 30 }
      // The list ends with an empty link, or a slot that does not exist.
      let end = source.next(17)
      if end < 16 { links[end] = round.isMultiple(of: 2) ? .max : 250 }
      let linkSlots = links.map { $0 == .max ? $0 : ($0 & 0x3FFF_FFFF) + 1000 }
      let count = Kernels.scalar.walks.gatherNew(
        links, slots: linkSlots, 16, positionsEnd: 250, slotsEnd: 1250, &visited,
        into: &positions, &slots, 2)
      var expected: [UInt32] = []
      for link in links {
        guard link & 0x3FFF_FFFF < 250 else { break }
        if met.insert(link & 0x3FFF_FFFF).inserted { expected.append(link & 0x3FFF_FFFF) }
      }
      #expect(Array(positions[2..<count]) == expected)
      #expect(Array(slots[2..<count]) == expected.map { $0 + 1000 })
    }
  }
}
