/// The position of a vector in an index.
public typealias Slot = UInt32

/// The number that stands for no slot.
let noSlot = Slot.max
