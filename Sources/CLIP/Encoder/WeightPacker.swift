import Dispatch
import Foundation
import Kernels
import Synchronization

/// Brings a checkpoint's tensors into the layout of the kernels.
///
/// The encoders ask for their tensors one after the other and always in the same order, which is
/// the layout of the arena. Sums of small tensors are copied at once; matrices are only given their
/// place, and ``pack()`` fills them. Over a mapped arena nothing is copied: it holds what an
/// earlier run packed.
struct WeightPacker {
  let weights: Weights
  let arena: Arena
  let format: NumberFormat
  private let kernels: Kernels
  private var jobs: [Job] = []

  private struct Job {
    let tensor: Tensor
    let matrix: PackedMatrix
    let part: Int
  }

  init(weights: Weights, arena: Arena, format: NumberFormat, kernels: Kernels) {
    self.weights = weights
    self.arena = arena
    self.format = format
    self.kernels = kernels
  }

  /// Address space that the packed weights of a model surely fit: every number as a float, rows
  /// and columns padded.
  static func capacity(of configuration: CLIPConfiguration) -> Int {
    configuration.tensors.reduce(64 << 20) { total, tensor in
      let last = tensor.shape.last ?? 1
      let rows = tensor.shape.dropLast().reduce(1, *) + 64
      return total + rows * (last + 64) * 4
    }
  }

  /// A table or, with one row, a vector of floats.
  func table(_ name: String, shape: [Int]) throws(ModelError) -> Matrix {
    let tensor = try weights.tensor(name, shape: shape)
    let columns = shape[shape.count - 1]
    guard let matrix = Matrix(in: arena, rows: tensor.count / columns, columns: columns) else {
      throw full
    }
    guard !arena.isMapped else { return matrix }
    for row in 0..<matrix.rows {
      matrix.withRow(row) { tensor.copy(row * columns..<(row + 1) * columns, into: &$0) }
    }
    return matrix
  }

  /// Gain and bias of a layer normalisation.
  func norm(_ name: String, width: Int, epsilon: Float) throws(ModelError) -> LayerNorm {
    LayerNorm(
      gain: try table(name + ".weight", shape: [width]),
      bias: try table(name + ".bias", shape: [width]), epsilon: epsilon)
  }

  /// The linear layers `names`, of one input and `outputs` columns each, side by side.
  mutating func linear(
    _ names: [String], inputs: Int, outputs: Int, hasBias: Bool = true,
    format: NumberFormat? = nil, shape: [Int]? = nil
  ) throws(ModelError) -> PackedMatrix {
    guard
      let matrix = PackedMatrix(
        in: arena, format: format ?? self.format, inputs: inputs,
        outputs: names.map { _ in outputs })
    else { throw full }
    for (part, name) in names.enumerated() {
      let tensor = try weights.tensor(name + ".weight", shape: shape ?? [outputs, inputs])
      let bias = hasBias ? try weights.tensor(name + ".bias", shape: [outputs]) : nil
      guard !arena.isMapped else { continue }
      jobs.append(Job(tensor: tensor, matrix: matrix, part: part))
      if let bias {
        var floats = [Float](repeating: 0, count: outputs)
        var span = floats.mutableSpan
        bias.copy(into: &span)
        matrix.setBias(floats.span, part: part)
      }
    }
    return matrix
  }

  /// Fills the matrices, a panel on each core at a time.
  func pack() {
    let panels = jobs.flatMap { job in
      (0..<(job.matrix.outputs[job.part] + 31) / 32).map { (job: job, panel: $0) }
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) {
      _ in
      var floats: [Float] = []
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < panels.count else { return }
        let (job, panel) = panels[index]
        let columns = panel * 32..<min(panel * 32 + 32, job.matrix.outputs[job.part])
        let count = columns.count * job.matrix.inputs
        if floats.count < count { floats = [Float](repeating: 0, count: count) }
        let first = columns.lowerBound * job.matrix.inputs
        var span = floats.mutableSpan
        job.tensor.copy(first..<first + count, into: &span)
        job.matrix.pack(
          floats.span.extracting(0..<count), panel: panel, part: job.part, kernels: kernels)
      }
    }
  }

  private var full: ModelError {
    .malformed(
      path: weights.path, expected: "packed weights of this model",
      found: "\(arena.used) bytes and no more")
  }
}
