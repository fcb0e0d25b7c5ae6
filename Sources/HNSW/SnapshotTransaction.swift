internal import LMDB

/// A transaction seen by an index: valid, like the one it is made from, within the closure that
/// was handed that one.
struct SnapshotTransaction: Transaction, ~Copyable {
  let core: TransactionCore

  init(_ txn: borrowing ReadTransaction) { core = txn.core }
  init(_ txn: borrowing WriteTransaction) { core = txn.core }
  init(_ core: TransactionCore) { self.core = core }
}
