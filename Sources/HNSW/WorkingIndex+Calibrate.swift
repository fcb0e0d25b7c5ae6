internal import Kernels

/// Keeping the codes right as an index grows into something else than it began as.
extension WorkingIndex {
  /// Vectors that a calibration is estimated from.
  private static let sampleSize = 2048
  /// How much worse than a fresh calibration the present one may code a sample.
  private static let toleratedError: Float = 1.3
  /// The share of a batch's components that may be clipped.
  private static let toleratedClipping: Float = 0.005

  /// Puts the calibration to the test before `count` new vectors are coded, and replaces it,
  /// coding all vectors anew, if a fresh one would be clearly better.
  ///
  /// Drift is noticed in two ways: clearly more of a batch is clipped than of what the present one
  /// was made for, or the index has grown by an eighth since the last test. The cost of a test is
  /// constant, and coding anew is spread over the growth that made it necessary.
  func calibrate(for vectors: UnsafePointer<Float>, count: Int, threads: Int) {
    let (header, stored) = (state.header, state.header.slotCount)
    let hasGrown = 8 * (stored + count) >= 9 * max(1, header.calibratedAt)
    guard hasGrown || header.calibration == 0 || isClipping(vectors, count: count) else { return }
    // Old and new vectors are represented by their shares, but by a quarter at least.
    let share = Double(count) / Double(stored + count)
    let size = Double(Self.sampleSize)
    let sample =
      sample(vectors, count: count, size: Int(size * max(share, 0.25)))
      + storedSample(Int(size * max(1 - share, 0.25)))
    let fresh = Calibration(sample: sample, configuration)
    state.header.calibratedAt = stored + count
    let isBetter =
      state.calibration.error(on: sample) > Self.toleratedError * fresh.error(on: sample)
    if header.calibration == 0 || isBetter { recalibrate(to: fresh, threads: threads) }
  }

  /// Whether the present calibration clips a batch. A few vectors prove nothing.
  private func isClipping(_ vectors: UnsafePointer<Float>, count: Int) -> Bool {
    guard count >= 64 else { return false }
    let sample = sample(vectors, count: count, size: 128)
    return state.calibration.clippedShare(of: sample) > Self.toleratedClipping
  }

  /// Codes every vector anew. O(vectors).
  private func recalibrate(to fresh: Calibration, threads: Int) {
    let old = state
    state.header.calibration += 1
    state.calibration = fresh
    for level in state.levels { level.clearCompanions() }
    inParallel(0..<state.header.slotCount, by: Self.storedTogether, threads: threads) { slots in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: configuration.dimensions) { vector in
        guard let base = vector.baseAddress else { return }
        for slot in slots {
          old.readVector(Slot(slot), into: base, kernels)
          encode(base, into: slot)
        }
      }
    }
  }

  /// Evenly spaced rows of a batch, rotated.
  private func sample(_ vectors: UnsafePointer<Float>, count: Int, size: Int) -> [Float] {
    let rows = min(count, size)
    var result: [Float] = []
    for row in 0..<rows {
      result += rotated(vectors + row * count / rows * configuration.dimensions)
    }
    return result
  }

  private func rotated(_ vector: UnsafePointer<Float>) -> [Float] {
    [Float](unsafeUninitializedCapacity: configuration.dimensions) { result, count in
      guard let base = result.baseAddress else { return }
      state.calibration.rotation.apply(vector, into: base, kernels.rows)
      count = configuration.dimensions
    }
  }

  /// Evenly spaced vectors of the index, as far as they are alive, rotated.
  private func storedSample(_ size: Int) -> [Float] {
    let dimensions = configuration.dimensions
    let (slots, rows) = (state.header.slotCount, min(state.header.slotCount, size))
    var vector = [Float](repeating: 0, count: dimensions)
    var result: [Float] = []
    for row in 0..<rows {
      let slot = Slot(row * slots / rows)
      guard state.isLive(slot) else { continue }
      vector.withUnsafeMutableBufferPointer { vector in
        if let base = vector.baseAddress { state.readVector(slot, into: base, kernels) }
      }
      result += rotated(vector)
    }
    return result
  }
}
