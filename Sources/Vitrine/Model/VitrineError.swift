/// What can go wrong in the engine, with the values that say where and why.
public enum VitrineError: Error, Equatable {
  /// A parameter or option that makes no sense; the text says which and what was expected.
  case invalidArgument(String)
  /// No index at this path.
  case noIndex(path: String)
  /// An index at this path already, where a new one was to be made.
  case indexExists(path: String)
  /// This process has the index open already: open it once and share the engine.
  case alreadyOpen(path: String)
  /// The index was written by a version with another format.
  case otherFormat(path: String, found: Int, expected: Int)
  /// The vectors of the index are another model's, or of none that is known: `index` is then empty.
  case modelMismatch(index: String, model: String)
  /// A vector of the wrong length.
  case dimensionMismatch(expected: Int, found: Int)
  /// Something that needs a model was asked of an engine that was opened without one.
  case noEmbedder(operation: String)
  /// No product of this id.
  case noProduct(id: String)
  /// A file or folder that cannot be read or written.
  case file(path: String, reason: String)
  /// Bad data at a place of a file; row and column count from 1, 0 where unknown.
  case badData(path: String, row: Int, column: String?, reason: String)
  /// A schema that contradicts the stored one, or itself.
  case schema(String)
  /// The storage below failed; the text is its own description.
  case storage(String)

  /// Whose fault an error is, which decides the exit code of a command.
  public enum Blame: Sendable {
    /// The caller asked for something that makes no sense.
    case usage
    /// The data given are bad.
    case data
    /// The machine, the disk, or the state of the index.
    case failure
  }

  /// Whose fault this is.
  public var blame: Blame {
    switch self {
    case .invalidArgument, .noEmbedder: .usage
    case .badData, .schema, .dimensionMismatch: .data
    default: .failure
    }
  }
}

extension VitrineError: CustomStringConvertible {
  /// One sentence: what happened, where, what was expected and what was found.
  public var description: String {
    switch self {
    case .invalidArgument(let text): text
    case .noIndex(let path): "there is no index at \(path)"
    case .indexExists(let path): "there is an index at \(path) already"
    case .alreadyOpen(let path): "the index \(path) is open in this process already; share it"
    case .otherFormat(let path, let found, let expected):
      "the index \(path) has format \(found), and this version reads \(expected): "
        + (found > expected ? "use a newer one" : "index the catalogue anew")
    case .modelMismatch("", _):
      "the index was imported without a model: give the one that made its vectors to import "
        + "(--model DIR), or search by words alone (--looks 0) and by product"
    case .modelMismatch(let index, let model):
      "the index holds vectors of model \(index), not of \(model): "
        + "use that model, or bring the index to this one: vitrine reembed --model DIR --index DIR"
    case .dimensionMismatch(let expected, let found):
      "a vector must have \(expected) numbers; found \(found)"
    case .noEmbedder(let operation): "\(operation) needs a model, and none was given"
    case .noProduct(let id): "there is no product \"\(id)\""
    case .file(let path, let reason): "\(path): \(reason)"
    case .badData(let path, let row, let column, let reason):
      "\(path)" + (row > 0 ? ", row \(row)" : "") + (column.map { ", column \($0)" } ?? "")
        + ": \(reason)"
    case .schema(let text): text
    case .storage(let text): text
    }
  }
}
