package import Kernels
import Synchronization

/// Both encoders over one set of packed weights, with the workspaces that their callers share.
///
/// Any number of threads may encode at once; each batch takes a workspace of its own.
package final class Encoders: Sendable {
  package let configuration: CLIPConfiguration
  let vision: VisionEncoder
  let text: TextEncoder
  let imagesPerBatch: Int

  private let productsToShare: Int
  private let team: Team
  /// How many threads encode at present.
  private let callers = Atomic<Int>(0)
  private let visionWorkspaces = Mutex<[VisionEncoder.Workspace]>([])
  private let textWorkspaces = Mutex<[RunState]>([])

  /// Rows in a batch: enough to read each weight rarely, few enough to stay near the cores.
  private static let rowsPerBatch = 800
  private static let textsPerBatch = 64

  /// Packs the weights, or maps what an earlier run packed into `file`.
  ///
  /// - Parameters:
  ///   - threads: how many share a single image or text.
  ///   - productsToShare: multiplications of one that are worth waking them for: by default about
  ///     half a millisecond of a core's.
  package init(
    _ configuration: CLIPConfiguration, weights: Weights, precision: CLIPModel.Precision,
    threads: Int, productsToShare: Int = 50_000_000, kernels: Kernels,
    file: PackedWeightsFile? = nil
  ) throws(ModelError) {
    self.configuration = configuration
    let format = precision.format(kernels)
    let capacity = WeightPacker.capacity(of: configuration)
    guard let arena = file?.open() ?? Arena(capacity: capacity) else {
      throw .outOfMemory(bytes: capacity)
    }
    var packer = WeightPacker(
      weights: weights, arena: arena, format: format, kernels: kernels)
    let visionWeights = try VisionWeights(configuration, &packer)
    let textWeights = try TextWeights(configuration, &packer)
    packer.pack()
    if !arena.isMapped { file?.save(arena) }
    vision = VisionEncoder(configuration, visionWeights, format: format, kernels: kernels)
    text = TextEncoder(configuration, textWeights, format: format, kernels: kernels)
    imagesPerBatch = max(1, Encoders.rowsPerBatch / configuration.vision.positions)
    self.productsToShare = productsToShare
    team = Team(count: threads)
  }

  /// Unit vectors of `count` images, whose pixels `load` writes; an image that it cannot write has
  /// its error as result.
  package func encodeImages<E: Error>(
    _ count: Int, load: (Int, inout MutableSpan<Float>) throws(E) -> Void
  ) -> [Result<[Float], E>] {
    let workspace = visionWorkspace()
    defer { visionWorkspaces.withLock { $0.append(workspace) } }
    var results: [Result<[Float], E>] = []
    results.reserveCapacity(count)
    for first in stride(from: 0, to: count, by: workspace.images) {
      var failures: [E?] = [], loaded = 0
      for index in first..<min(first + workspace.images, count) {
        do throws(E) {
          try workspace.pixels.withRow(0) { (pixels) throws(E) in try load(index, &pixels) }
          workspace.pixels.withRow(0) { vision.load($0.span, as: loaded, in: workspace) }
          loaded += 1
          failures.append(nil)
        } catch {
          failures.append(error)
        }
      }
      runTogether(loaded, rows: loaded * vision.sizes.positions, vision.sizes.transformer) {
        [vision, loaded] in
        vision.encode(loaded, in: workspace, share: $0)
      }
      var row = 0
      for failure in failures {
        if let failure {
          results.append(.failure(failure))
        } else {
          results.append(.success(workspace.state.embeddings.row(row)))
          row += 1
        }
      }
    }
    return results
  }

  /// Unit vectors of token sequences, which begin and end with their marks.
  package func encodeTexts(_ tokens: [[Int32]]) -> [[Float]] {
    let state = textWorkspace()
    defer { textWorkspaces.withLock { $0.append(state) } }
    let texts = tokens.map(text.trimmed)
    var vectors: [[Float]] = []
    vectors.reserveCapacity(texts.count)
    while vectors.count < texts.count {
      var batch: [ArraySlice<Int32>] = [], rows = 0
      for text in texts[vectors.count...].prefix(Encoders.textsPerBatch) {
        guard batch.isEmpty || rows + text.count <= Encoders.rowsPerBatch else { break }
        batch.append(text)
        rows += text.count
      }
      runTogether(batch.count, rows: rows, text.sizes.transformer) { [text, batch] in
        text.encode(batch, in: state, share: $0)
      }
      for row in batch.indices { vectors.append(state.embeddings.row(row)) }
    }
    return vectors
  }

  /// A single input is shared by the team, unless others encode at the same time: they keep the
  /// cores busy, and the team would wait for its members. So it would where other programs do, for
  /// longer than it takes to do a little alone. A batch is the caller's alone, because callers with
  /// many batches have a thread for each core.
  private func runTogether(
    _ inputs: Int, rows: Int, _ sizes: CLIPConfiguration.Transformer,
    _ body: @escaping @Sendable (Share) -> Void
  ) {
    let callers = callers.add(1, ordering: .relaxed).newValue
    defer { self.callers.subtract(1, ordering: .relaxed) }
    let isLarge = rows * sizes.productsPerToken >= productsToShare
    if inputs == 1, isLarge, callers == 1, team.count > 1, team.run(body) { return }
    body(.whole)
  }

  private func visionWorkspace() -> VisionEncoder.Workspace {
    if let free = visionWorkspaces.withLock({ $0.popLast() }) { return free }
    return vision.workspace(images: imagesPerBatch, shares: team.count)
  }

  private func textWorkspace() -> RunState {
    if let free = textWorkspaces.withLock({ $0.popLast() }) { return free }
    return text.workspace(
      texts: Encoders.textsPerBatch,
      rows: max(Encoders.rowsPerBatch, configuration.text.positions), shares: team.count)
  }
}

extension Matrix {
  /// A copy of row `index`.
  func row(_ index: Int) -> [Float] {
    withRow(index) { row in
      [Float](unsafeUninitializedCapacity: row.count) { buffer, count in
        for i in row.indices { buffer[i] = row[i] }
        count = row.count
      }
    }
  }
}

extension CLIPModel.Precision {
  func format(_ kernels: Kernels) -> NumberFormat {
    switch self {
    case .f32: .float32
    case .bf16: kernels.halfFormat
    case .i8: .int8
    }
  }
}
