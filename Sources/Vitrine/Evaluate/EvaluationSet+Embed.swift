internal import Foundation
internal import HNSW
import Synchronization

extension EvaluationSet {
  /// Embeds the pictures of an IDX file as products with the attribute `label`.
  ///
  /// Computes on all cores and blocks until done.
  ///
  /// - Parameters:
  ///   - dataset: the pictures and their classes.
  ///   - names: what each class is called; classes beyond are called by their number.
  ///   - embedder: the model.
  /// - Throws: the first error of the embedder.
  public init(_ dataset: IDXDataset, names: [String], embedder: any Embedder) throws {
    let chunk = 32
    let chunks = (dataset.count + chunk - 1) / chunk
    let parts = Mutex([Int: [Result<[Float], any Error>]]())
    DispatchQueue.concurrentPerform(iterations: chunks) { position in
      let range = position * chunk..<min((position + 1) * chunk, dataset.count)
      let vectors = embedder.embed(images: range.map { dataset.png(at: $0) })
      parts.withLock { $0[position] = vectors }
    }
    self.init(dimensions: embedder.dimensions)
    let vectors = parts.withLock { parts in (0..<chunks).flatMap { parts[$0] ?? [] } }
    for (index, vector) in vectors.enumerated() {
      let label = Int(dataset.labels[index])
      let name = label < names.count ? names[label] : "\(label)"
      append(
        Product(id: "\(index)", attributes: ["label": .text(name)]), vector: try vector.get())
    }
  }
}

extension Engine {
  /// The products of the index with their vectors, in the order of their ids.
  ///
  /// - Throws: ``VitrineError/storage(_:)``.
  /// - Complexity: O(products), all in memory.
  public func evaluationSet() async throws -> EvaluationSet {
    try await OffPool.run { [self] in
      try read { txn, snapshot, store in
        var set = EvaluationSet(dimensions: snapshot.configuration.dimensions)
        try snapshot.forEachID { _, slot in
          if let product = try store.product(at: slot, in: txn),
            let vector = snapshot.vector(of: slot)
          {
            set.append(product, vector: vector)
          }
          return true
        }
        return set
      }
    }
  }
}
