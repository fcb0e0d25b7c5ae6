/// What can go wrong with an index; failures of the environment itself are `LMDBError`s.
public enum HNSWError: Error, Sendable, Hashable {
  /// A parameter of the index is out of range.
  case invalidConfiguration(String)
  /// The environment holds no index.
  case notFound(path: String)
  /// The environment holds an index already.
  case alreadyExists
  /// The index was written by a newer version of the format.
  case newerFormat(found: Int, supported: Int)
  /// The index was written in a version of the format that is read no more.
  case olderFormat(found: Int, expected: Int)
  /// The index was made on a system with another page size.
  case otherPageSize(found: Int, expected: Int)
  /// A vector has the wrong number of components.
  case wrongDimensions(expected: Int, found: Int)
  /// A vector that cannot be stored or searched for: which one of its batch, and why.
  case invalidVector(row: Int, reason: String)
  /// An id is empty or longer than 511 bytes.
  case invalidID(row: Int, reason: String)
  /// A parameter of a call is out of range.
  case invalidArgument(String)
  /// The transaction has changed the index already: one `write` per transaction.
  case alreadyWritten
  /// Something stored is not what its place demands.
  case corrupted(String)
}

extension HNSWError: CustomStringConvertible {
  /// One line that says what was found and what was expected.
  public var description: String {
    switch self {
    case .invalidConfiguration(let reason): "invalid index configuration: \(reason)"
    case .notFound(let path): "there is no vector index in \(path)"
    case .alreadyExists: "the environment holds a vector index already"
    case .newerFormat(let found, let supported):
      "the index has format \(found) and this program reads up to \(supported); use a newer one"
    case .olderFormat(let found, let expected):
      "the index has format \(found) and this program reads \(expected); "
        + "export it with the program that made it and import it with this one"
    case .otherPageSize(let found, let expected):
      "the index was made with pages of \(found) bytes and this system has \(expected); "
        + "export it there and import it here"
    case .wrongDimensions(let expected, let found):
      "the index has vectors of \(expected) components, not \(found)"
    case .invalidVector(let row, let reason): "vector \(row): \(reason)"
    case .invalidID(let row, let reason): "id \(row): \(reason)"
    case .invalidArgument(let reason): reason
    case .alreadyWritten:
      "the index was changed in this transaction already; make all changes in one write"
    case .corrupted(let reason): "the index is damaged: \(reason)"
    }
  }
}
