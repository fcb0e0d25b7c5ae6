import Kernels
import TestSupport
import Testing

@Suite struct PostingSumsTests {
  private struct Posting {
    let slot: UInt32, field: Int, frequency: UInt32, length: UInt32
    var bytes: [UInt8] {
      let bits = slot << 20 | UInt32(field) << 12 | frequency << 8 | length
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
    }
  }

  @Test(arguments: WalkTests.levels, [0, 1, 2, 3, 7, 16, 17, 64, 501])
  func `Each product's postings are added up, and products that count for nothing left out`(
    kernels: Kernels, count: Int
  ) {
    let lengths = (0..<256).map(Float.init)
    var sums = PostingSums(base: 0.5, saturation: 1.5, lengths: lengths, kernels: kernels)
    // Words of field 3 count for nothing.
    let weights: [Float] = [3, 2, 0.5, 0], slopes: [Float] = [0.1, 0.02, 0.01, 0.3]
    for field in 0..<4 { sums.set(field, weight: weights[field], slope: slopes[field]) }
    for seed in UInt64(1)...20 {
      var random = SplitMix(seed: seed)
      func draw(_ range: Int) -> Int { Int.random(in: 0..<range, using: &random) }
      var slot: UInt32 = 0
      let postings = (0..<count).map { _ in
        if draw(3) == 0 { slot += UInt32(1 + draw(7)) }
        return Posting(
          slot: slot, field: draw(4), frequency: UInt32(1 + draw(15)), length: UInt32(draw(256)))
      }
      var slots: [UInt32] = [7], found: [Float] = [1]
      let bytes = postings.flatMap(\.bytes)
      sums.append(bytes.span.bytes, first: 4096, to: &slots, &found)
      var expected: [UInt32: Float] = [:]
      for posting in postings where posting.field != 3 {
        let length = 0.5 + slopes[posting.field] * Float(posting.length)
        expected[posting.slot + 4096, default: 0] +=
          weights[posting.field] * Float(posting.frequency) / length
      }
      #expect(slots == [7] + expected.keys.sorted(), "seed \(seed)")
      for (slot, value) in zip(slots, found).dropFirst() {
        let sum = expected[slot] ?? 0
        #expect(abs(value - sum / (1.5 + sum)) <= 1e-4 * value, "seed \(seed), slot \(slot)")
      }
    }
  }

  @Test(arguments: [0, 1, 15, 16, 17, 40, 100, 1000])
  func `The greatest scores are those of sorting, and the first of equal ones`(count: Int) {
    for seed in UInt64(1)...20 {
      var random = SplitMix(seed: seed)
      // Few values, so that many are equal; of some seeds most are none.
      let scores = (0..<count).map { _ in Float(Int.random(in: -20..<20, using: &random)) }
      let positive = scores.indices.filter { scores[$0] > 0 }
      let order = positive.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
      for wanted in [0, 1, 2, 15, 16, 33, 200] {
        let expected = order.prefix(wanted).sorted().map(UInt32.init)
        #expect(scores.span.places(ofGreatest: wanted) == expected, "seed \(seed), \(wanted)")
        for least in [1, 7, 19, 20] as [Float] {
          let found = scores.span.places(ofGreatest: wanted, from: least)
          #expect(
            found == expected.filter { scores[Int($0)] >= least },
            "seed \(seed), \(wanted) from \(least)")
        }
      }
    }
  }
}
