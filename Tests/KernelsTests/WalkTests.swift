import Kernels
import TestSupport
import Testing

/// The steps of a walk, on every instruction set, against the obvious way to do them.
@Suite struct WalkTests {
  static let levels = Kernels.Level.allCases.compactMap { Kernels.named($0) }

  @Test(arguments: levels, [1, 2, 7, 8, 9, 64, 200, 1500])
  func `A pool keeps the nearest in order`(kernels: Kernels, capacity: Int) {
    var random = SplitMix(seed: UInt64(capacity))
    let pool = CandidatePool()
    for (round, batches) in [[1], [3, 0, 70], [9, 150], [1100, 700], [5, 5, 2000, 1]].enumerated() {
      pool.begin(capacity)
      var all: [(score: Int32, position: UInt32)] = []
      for batch in batches {
        let scores = (0..<batch).map { _ in Int32.random(in: -100..<100, using: &random) }
        let positions = (0..<batch).map { UInt32(all.count + $0) }
        kernels.walks.merge(scores, positions, batch, into: pool)
        all += zip(scores, positions).map { ($0, $1) }
      }
      kernels.walks.prune(pool, keep: capacity)
      let expected = all.sorted { ($0.score, $0.position) < ($1.score, $1.position) }
        .prefix(capacity)
      #expect(pool.count == expected.count, "round \(round)")
      #expect(contents(of: pool).elementsEqual(expected, by: ==))
      for place in Set([1, expected.count / 2, expected.count]) where place > 0 {
        #expect(kernels.walks.entry(at: place, of: pool) == expected[place - 1])
      }
      pool.keep { $0.isMultiple(of: 3) }
      let thirds = expected.filter { $0.position % 3 == 0 }
      #expect(contents(of: pool).elementsEqual(thirds, by: ==))
      kernels.walks.cut(pool, beyond: -50)
      #expect(contents(of: pool).elementsEqual(thirds.filter { $0.score <= -50 }, by: ==))
      var positions = [UInt32](repeating: 0, count: pool.count)
      var scores = [Int32](repeating: 0, count: pool.count)
      pool.copy(from: 0, count: pool.count, &positions, &scores)
      pool.setScores(from: 0, count: pool.count, scores.map { -$0 })
      #expect(contents(of: pool).allSatisfy { $0.score >= 50 && $0.position % 3 == 0 })
      let near = scores.count { -$0 <= 60 }
      #expect(pool.copy(upTo: 60, &positions, &scores) == near)
      #expect(scores[..<near].allSatisfy { $0 <= 60 })
    }
  }

  /// Lends records of a level. Walks only ask for those they are to read next, which never fails.
  private func withRows<R>(_ body: (RowTable) -> R) -> R {
    var block: UInt8 = 0
    return withUnsafePointer(to: &block) { block in
      var address: UnsafePointer<UInt8>? = block
      return withUnsafePointer(to: &address) {
        body(
          RowTable(
            blocks: $0, recordsPerBlock: 1 << 20, stride: 0, bytes: 0, offset: 0, trailerOffset: 0))
      }
    }
  }

  /// What is in a pool, nearest first.
  private func contents(of pool: CandidatePool) -> [(score: Int32, position: UInt32)] {
    (0..<pool.count).map { (pool.score($0), pool.position($0)) }.sorted { $0 < $1 }
  }

  @Test(arguments: levels)
  func `The extremes of scores keep their order`(kernels: Kernels) {
    let pool = CandidatePool()
    pool.begin(8)
    kernels.walks.merge([.max, 0, .min, -1, 1], [4, 2, 0, 1, 3], 5, into: pool)
    #expect(contents(of: pool).map(\.position) == [0, 1, 2, 3, 4])
    #expect(contents(of: pool).map(\.score) == [.min, -1, 0, 1, .max])
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
    func expand(_ width: Int, breadth: Int) -> [UInt32] {
      withRows { rows in
        var next: [UInt32] = [.max, .max]
        let found = kernels.walks.expand(
          pool, breadth: breadth, width: width, links: rows, into: &next)
        return Array(next[0..<found])
      }
    }
    merge([30, 10, 20], [3, 1, 2])
    #expect(expand(1, breadth: 16) == [1])
    #expect(expand(1, breadth: 16) == [2])
    merge([5, 25], [0, 9])
    #expect(expand(1, breadth: 16) == [0])
    #expect(expand(1, breadth: 16) == [9])
    #expect(expand(1, breadth: 4) == [])
    #expect(expand(2, breadth: 16) == [3])
    #expect(expand(2, breadth: 16) == [])
    // Two that lie in one lane of a register, and in two; nearer ones count, expanded or not.
    merge([41, 60, 61, 62, 63, 64, 65, 66, 40], [11, 20, 21, 22, 23, 24, 25, 26, 10])
    #expect(expand(2, breadth: 16) == [10, 11])
    #expect(expand(2, breadth: 8) == [20])
    #expect(expand(2, breadth: 16) == [21, 22])
  }

  @Test(arguments: levels, [3, 20, 300])
  func `Whatever turns up, the nearest of all are expanded next`(kernels: Kernels, breadth: Int) {
    var random = SplitMix(seed: UInt64(breadth))
    let pool = CandidatePool()
    pool.begin(breadth)
    withRows { rows in
      var all: [(score: Int32, position: UInt32)] = []
      var expanded: Set<UInt32> = []
      while true {
        let batch = all.count < 3000 ? Int.random(in: 0..<70, using: &random) : 0
        // What turns up comes nearer with time, and then does not.
        let scores = (0..<batch).map { _ in
          Int32.random(in: 0..<100_000, using: &random) / Int32(1 + all.count / 50)
            + Int32(all.count > 2000 ? 9000 : 0)
        }
        let positions = (0..<batch).map { UInt32(all.count + $0) }
        kernels.walks.merge(scores, positions, batch, into: pool)
        all += zip(scores, positions).map { ($0, $1) }
        let width = 1 + Int.random(in: 0..<2, using: &random)
        let nearest = all.sorted { ($0.score, $0.position) < ($1.score, $1.position) }
          .prefix(breadth).map(\.position)
        let expected = nearest.filter { !expanded.contains($0) }.prefix(width)
        var next: [UInt32] = [.max, .max]
        let found = kernels.walks.expand(
          pool, breadth: breadth, width: width, links: rows, into: &next)
        #expect(Array(next[0..<found]) == Array(expected))
        guard !expected.isEmpty || all.count < 3000 else { return }
        expanded.formUnion(expected)
      }
    }
  }

  @Test(arguments: levels, [1, 9, 40, 500])
  func `All of the nearest are expanded at a time, and none twice`(kernels: Kernels, breadth: Int) {
    var random = SplitMix(seed: UInt64(breadth))
    let pool = CandidatePool()
    pool.begin(breadth)
    withRows { rows in
      var all: [(score: Int32, position: UInt32)] = []
      var expanded: Set<UInt32> = []
      for room in [100, 3, 1000] {
        let scores = (0..<200).map { _ in Int32.random(in: 0..<300, using: &random) }
        let positions = (0..<200).map { UInt32(all.count + $0) }
        // Entries that the other way to expand has opened are among them.
        kernels.walks.merge(scores, positions, 200, into: pool)
        var next = [UInt32](repeating: .max, count: 1000)
        let first = kernels.walks.expand(
          pool, breadth: breadth, width: 1, links: rows, into: &next)
        expanded.formUnion(next[..<first])
        all += zip(scores, positions).map { ($0, $1) }
        let nearest = all.sorted { ($0.score, $0.position) < ($1.score, $1.position) }
          .prefix(breadth).map(\.position)
        let expected = Set(nearest).subtracting(expanded)
        let found = kernels.walks.expandAll(
          pool, breadth: breadth, room: room, links: rows, into: &next)
        #expect(found == min(room, expected.count))
        #expect(expected.isSuperset(of: next[..<found]))
        #expect(Set(next[..<found]).count == found)
        expanded.formUnion(next[..<found])
      }
    }
  }

  @Test(arguments: levels, [0, 1, 7, 8, 9, 31, 32, 33, 200, 1000])
  func `Numbers are put in order`(kernels: Kernels, count: Int) {
    var numbers =
      (0..<UInt64(count)).map { ($0 + 1) &* 0x9E37_79B9_7F4A_7C15 } + [.max, 0, 1 << 63]
    var spare = numbers
    let ordered = numbers.sorted()
    kernels.walks.order(&numbers, numbers.count, &spare)
    #expect(numbers == ordered)
  }

  @Test func `Only neighbors that were not met before are gathered`() {
    var random = SplitMix(seed: 5)
    let visited = VisitedSet()
    visited.begin(positions: 250)
    var met: Set<UInt32> = []
    var positions = [UInt32](repeating: 0, count: 400)
    var slots = positions
    for round in 0..<30 {
      var links = (0..<16).map { _ in
        UInt32.random(in: 0..<256, using: &random) | UInt32.random(in: 0..<4, using: &random) << 30
      }
      // The list ends with an empty link, or a slot that does not exist.
      let end = Int.random(in: 0..<17, using: &random)
      if end < 16 { links[end] = round.isMultiple(of: 2) ? .max : 250 }
      let linkSlots = links.map { $0 == .max ? $0 : ($0 & 0x3FFF_FFFF) + 1000 }
      let count = Kernels.scalar.walks.gatherNew(
        links, slots: linkSlots, 16, positionsEnd: 250, slotsEnd: 1250, visited,
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

  @Test(arguments: [100, 5_000, 300_000])
  func `A walk begins with none met, however many the one before it met`(positions: Int) {
    var random = SplitMix(seed: UInt64(positions))
    let visited = VisitedSet()
    var (gathered, slots) = ([UInt32](repeating: 0, count: 16), [UInt32](repeating: 0, count: 16))
    var before: Set<UInt32> = []
    for round in 0..<40 {
      let size = positions - Int.random(in: 0..<positions / 2, using: &random)
      visited.begin(positions: size)
      var met: Set<UInt32> = []
      func insert(_ position: UInt32) {
        #expect(visited.insert(position) == met.insert(position).inserted)
      }
      before.lazy.filter { $0 < size }.prefix(500).forEach(insert)
      for _ in 0..<[3, 100, 3_000][round % 3] {
        insert(UInt32.random(in: 0..<UInt32(size), using: &random))
        let links = (0..<4).map { _ in UInt32.random(in: 0..<UInt32(size), using: &random) }
        let count = Kernels.best.walks.gatherNew(
          links, slots: links, 4, positionsEnd: UInt32(size), slotsEnd: UInt32(size), visited,
          into: &gathered, &slots, 0)
        #expect(gathered[..<count].allSatisfy { met.insert($0).inserted })
        #expect(met.isSuperset(of: links))
      }
      if round % 7 == 6 {
        let kept = (0..<size / 64).map { _ in UInt64.random(in: 0..<1 << 30, using: &random) }
        visited.insert(allBut: kept)
        for _ in 0..<100 {
          let position = Int.random(in: 0..<size, using: &random)
          let isKept = position / 64 < kept.count && kept[position / 64] >> (position % 64) & 1 == 1
          let isNew = isKept && met.insert(UInt32(position)).inserted
          #expect(visited.insert(UInt32(position)) == isNew)
        }
        for _ in 0..<300 { met.insert(UInt32.random(in: 0..<UInt32(size), using: &random)) }
      }
      before = met
    }
  }
}
