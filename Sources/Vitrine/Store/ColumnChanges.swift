import HNSW
import LMDB

/// What a batch adds to and takes from the slots of each term, gathered so that every posting is
/// written once.
struct ColumnChanges {
  struct Change {
    var spelling: String?
    var added: [Slot] = []
    var removed: [Slot] = []
  }

  private(set) var changes: [ColumnTerm: Change] = [:]

  /// Notes that a slot's product changes from one to another; nil where there is none.
  mutating func replace(_ old: [NumberedValue]?, with new: [NumberedValue]?, slot: Slot) {
    let before = old.map(ColumnTerm.all) ?? [:]
    let after = new.map(ColumnTerm.all) ?? [:]
    for term in before.keys where after[term] == nil {
      changes[term, default: Change()].removed.append(slot)
    }
    for (term, spelling) in after where before[term] == nil {
      changes[term, default: Change(spelling: spelling)].added.append(slot)
    }
  }

  /// Writes the postings, the counts of keywords and their names.
  /// - Complexity: proportional to the terms changed, times at most 8 KiB for each group of 65,536
  ///   slots that is touched.
  func write(to store: ProductStore, in txn: borrowing WriteTransaction) throws {
    let columns = store.columns
    let stemmer = Stemmer()
    for (term, change) in changes {
      let removed = Dictionary(grouping: change.removed) { $0 >> 16 }
      let added = Dictionary(grouping: change.added) { $0 >> 16 }
      for group in Set(removed.keys).union(added.keys) {
        let key = term.key(group: group)
        let slots = try Columns.bitmap(in: columns, for: key, txn) ?? Bitmap()
        for slot in removed[group] ?? [] { slots.remove(slot) }
        for slot in added[group] ?? [] { slots.insert(slot) }
        if slots.isEmpty {
          try txn.delete(key, in: columns)
        } else {
          try txn.put(slots.sealed(), in: columns, for: key)
        }
      }
      try count(term, change, store, stemmer, txn)
    }
  }

  private func count(
    _ term: ColumnTerm, _ change: Change, _ store: ProductStore, _ stemmer: Stemmer,
    _ txn: borrowing WriteTransaction
  ) throws {
    let difference = change.added.count - change.removed.count
    let stored = try Keyword.stored(in: store.keywords, for: term, txn)
    guard let spelling = stored?.spelling ?? change.spelling else { return }
    let keyword = Keyword(spelling: spelling, count: (stored?.count ?? 0) + difference)
    let isUsed = keyword.count > 0
    if isUsed {
      try txn.put(keyword.encoded, in: store.keywords, for: term.bytes)
    } else {
      try txn.delete(term.bytes, in: store.keywords)
    }
    guard isUsed != (stored != nil) else { return }
    try store.names.set(term, spelling: spelling, isUsed: isUsed, stemmer: stemmer, in: txn)
  }
}
