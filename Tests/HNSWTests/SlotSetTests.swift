import HNSW
import Testing
import TestSupport

@Suite struct SlotSetTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func theFirstSlotFromAPlaceIsTheLeastThatIsNotBefore(seed: UInt64) {
    var generator = SplitMix(seed: seed)
    let slots = (0..<40).map { _ in Slot.random(in: 0..<1000, using: &generator) }.sorted()
    let set = SlotSet(slots)
    for place in Slot(0)..<1100 {
      #expect(set.first(from: place) == slots.first { $0 >= place }, "seed \(seed)")
    }
    #expect(SlotSet().first(from: 0) == nil)
  }
}
