import CLMDB

/// A named database of an environment. Handles are small, stay valid as long as the environment
/// and may be kept and shared. In a snapshot older than it a database reads as empty.
public struct Database: Sendable, Hashable {
  let handle: MDB_dbi
  /// The database's name.
  public let name: String
  /// Whether keys are integers in the machine's order, which LMDB compares faster.
  public let hasIntegerKeys: Bool
}
