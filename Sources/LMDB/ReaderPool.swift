import CLMDB
import Synchronization

/// Read transactions kept for reuse. Renewing one costs a tenth of a `mdb_txn_begin`, so each
/// of the first slots keeps the transaction it once began; claiming a slot is one
/// compare-and-swap. With `MDB_NOTLS` a transaction may move between threads.
struct ReaderPool: ~Copyable, @unchecked Sendable {
  // Sendable: `transaction` of a slot is touched only by the thread that owns the slot.

  /// One entry, on cache lines of its own.
  struct Slot: ~Copyable {
    /// The thread that reads through this slot; zero when free.
    let owner = Atomic<UInt>(0)
    /// The transaction, idle while the slot is free.
    var transaction: OpaquePointer?
    private let padding: (Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0)
  }

  private let slots: UnsafeMutablePointer<Slot>
  private let count: Int
  /// Slots that keep their transaction; the rest give their entry of the reader table back.
  private let kept: Int
  /// Set while the map is being replaced: nobody may begin to read.
  private let closed = Atomic<Bool>(false)

  init(count: Int, kept: Int) {
    self.count = max(1, count)
    self.kept = min(max(1, kept), self.count)
    slots = .allocate(capacity: self.count)
    for index in 0..<self.count { (slots + index).initialize(to: Slot()) }
  }

  /// Ends every kept transaction. To be called once, before the environment closes.
  func abortAll() {
    for index in 0..<count {
      if let transaction = slots[index].transaction { mdb_txn_abort(transaction) }
    }
  }

  deinit {
    slots.deinitialize(count: count)
    slots.deallocate()
  }

  /// Claims a free slot for this thread, waiting while the map is replaced. `nil` if all are
  /// taken. With `holdingTransaction` only slots that keep one are considered.
  func claim(holdingTransaction: Bool = false) -> UnsafeMutablePointer<Slot>? {
    let thread = currentThread()
    let start = Int(truncatingIfNeeded: (thread &* 0x9E37_79B9_7F4A_7C15) >> 32) % kept
    while true {
      guard let slot = claimAny(from: start, for: thread, holdingTransaction) else { return nil }
      // The claim is published before the gate is read; `whileClosed` does it the other way round.
      if !closed.load(ordering: .sequentiallyConsistent) { return slot }
      if isReading(thread, except: slot) { return slot }
      slot.pointee.owner.store(0, ordering: .releasing)
      while closed.load(ordering: .acquiring) { pauseBriefly() }
    }
  }

  private func claimAny(
    from start: Int, for thread: UInt, _ holdingTransaction: Bool
  ) -> UnsafeMutablePointer<Slot>? {
    for step in 0..<count {
      let index = start + step < count ? start + step : start + step - count
      let slot = slots + index
      guard slot.pointee.owner.load(ordering: .relaxed) == 0,
        slot.pointee.owner.compareExchange(
          expected: 0, desired: thread, ordering: .sequentiallyConsistent
        ).exchanged
      else { continue }
      if !holdingTransaction || slot.pointee.transaction != nil { return slot }
      slot.pointee.owner.store(0, ordering: .releasing)
    }
    return nil
  }

  /// Ends the read of a claimed slot.
  func release(_ slot: UnsafeMutablePointer<Slot>) {
    if let transaction = slot.pointee.transaction {
      if slot - slots < kept {
        mdb_txn_reset(transaction)
      } else {
        mdb_txn_abort(transaction)
        slot.pointee.transaction = nil
      }
    }
    slot.pointee.owner.store(0, ordering: .releasing)
  }

  /// Whether `thread` reads at this moment.
  func isReading(_ thread: UInt, except excluded: UnsafeMutablePointer<Slot>? = nil) -> Bool {
    for index in 0..<count where slots + index != excluded {
      if slots[index].owner.load(ordering: .relaxed) == thread { return true }
    }
    return false
  }

  /// Runs `body` while no thread of this process reads: waits for those that do.
  func whileClosed<R>(_ body: () -> R) -> R {
    closed.store(true, ordering: .sequentiallyConsistent)
    defer { closed.store(false, ordering: .releasing) }
    for index in 0..<count {
      while slots[index].owner.load(ordering: .sequentiallyConsistent) != 0 { pauseBriefly() }
    }
    return body()
  }
}
