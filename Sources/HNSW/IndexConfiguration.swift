internal import Kernels

/// How the distance of two vectors is measured.
public enum Metric: UInt8, Sendable, Hashable, CaseIterable {
  /// 1 - cosine of the angle. Vectors and queries are normalised on entry.
  case cosine
  /// Minus the inner product, for vectors that are about of unit length already.
  case innerProduct
  /// The squared Euclidean distance, for vectors of any length.
  case l2
}

/// How full vectors are kept, beside the codes that the graph is walked on.
public enum VectorStorage: UInt8, Sendable, Hashable, CaseIterable {
  /// As numbers of this format.
  case float32, float16, bfloat16
  /// As the graph's codes alone, 8 bits a component: about half the size, at a few points of
  /// recall.
  case codesOnly
  /// As the graph's codes and what these leave, 8 bits a component each. Answers are those of
  /// `float32`. A component is kept to a 65,000th of the codes' range, which suits all vectors
  /// together: of vectors that are much smaller than the others, less is left; one beyond the range
  /// to a 255th of how far it lies beyond.
  case int16

  /// The format of stored vectors, or `nil` where there are none.
  var format: VectorFormat? { VectorFormat(rawValue: rawValue) }
}

/// What an index is made with; stored in it and constant.
public struct IndexConfiguration: Sendable, Hashable {
  /// Components of a vector: 1 to 16,384.
  public var dimensions: Int
  /// How distance is measured.
  public var metric: Metric
  /// Half of the links of a node on level 0, a third of those that it has room for above, and the
  /// ratio of two levels' nodes: 2 to 64. It is called `M` in the paper. Default: 16, as in
  /// hnswlib.
  public var m: Int
  /// How many of the nearest nodes that an insertion meets the new node's neighbors are chosen
  /// from. Default: 200, as in hnswlib, where the walk also expands as many; here it expands five
  /// eighths.
  public var efConstruction: Int
  /// How full vectors are kept. Default: `int16`.
  public var storage: VectorStorage
  /// Bits of a code's component. Only 8 exists today.
  public var codeBits: Int
  /// Decides the nodes' levels.
  public var seed: UInt64

  /// Makes a configuration; see the properties for what is valid.
  public init(
    dimensions: Int, metric: Metric = .cosine, m: Int = 16, efConstruction: Int = 200,
    storage: VectorStorage = .int16, codeBits: Int = 8, seed: UInt64 = 42
  ) {
    self.dimensions = dimensions
    self.metric = metric
    self.m = m
    self.efConstruction = efConstruction
    self.storage = storage
    self.codeBits = codeBits
    self.seed = seed
  }

  /// Links of a node on level 0.
  public var m0: Int { 2 * m }

  /// Links that a node of an upper level has room for. A descent follows a single path, which must
  /// not end early: so there are many, but none that the heuristic passes over.
  var upperCapacity: Int { 3 * m }

  /// The greatest `m`, and the links that go with it.
  static let greatestM = 64
  static let greatestCapacity = 3 * greatestM

  /// Bytes of a code: the dimensions padded so that either half of it fills whole cache lines.
  var codeBytes: Int { (dimensions + 127) / 128 * 128 }

  /// Whether eight components at least only pad a code. Then its norm is in its upper half, four
  /// bits in each of the last bytes: a walk reads no other cache line for it.
  var hasInnerNorms: Bool { codeBytes - dimensions >= 8 }

  /// Bytes of a residual: the dimensions padded to whole cache lines.
  var residualBytes: Int { (dimensions + 63) / 64 * 64 }

  /// Whether walks read the upper halves of codes alone. With few components the errors of halves
  /// do not even out, and there is little to save.
  var walksCoarsely: Bool { dimensions > 128 }

  func validate() throws(HNSWError) {
    func require(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(HNSWError) {
      guard range.contains(value) else {
        throw .invalidConfiguration(
          "\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
      }
    }
    try require("dimensions", dimensions, in: 1...16_384)
    try require("m", m, in: 2...Self.greatestM)
    try require("efConstruction", efConstruction, in: 1...10_000)
    try require("codeBits", codeBits, in: 8...8)
  }

  /// The level of a node: geometric with ratio 1/m, drawn from the seed and the slot alone, so
  /// that it does not depend on the order or number of threads.
  func level(of slot: Slot) -> Int {
    var number = SplitMix64.number(UInt64(slot), seed: seed)
    var level = 0
    while level < maximumLevel, number % UInt64(m) == 0 {
      number /= UInt64(m)
      level += 1
    }
    return level
  }
}

/// The highest level that a node can have.
let maximumLevel = 8
