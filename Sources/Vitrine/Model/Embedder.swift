/// What turns photographs and words into vectors of one space, such as a CLIP model.
///
/// Calls block and compute; they come from many threads at once.
public protocol Embedder: Sendable {
  /// How many numbers a vector has.
  var dimensions: Int { get }
  /// What tells this model from every other: equal fingerprints mean comparable vectors.
  var fingerprint: String { get }
  /// What a similarity is multiplied by before a softmax over labels (the trained temperature).
  var logitScale: Float { get }

  /// The unit vectors of encoded photographs (JPEG, PNG, …): one result for each, in order; a
  /// photograph that cannot be decoded is an error of its own.
  func embed(images: [[UInt8]]) -> [Result<[Float], any Error>]

  /// The unit vectors of texts, in order.
  func embed(texts: [String]) throws -> [[Float]]

  /// The vectors of texts, if all of them are remembered from earlier calls; else nil. Must not
  /// compute nor wait. Models that remember nothing can do without it.
  func remembered(texts: [String]) -> [[Float]]?
}

extension Embedder {
  /// Nothing is remembered.
  public func remembered(texts: [String]) -> [[Float]]? { nil }
}
