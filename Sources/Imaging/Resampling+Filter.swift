import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension PreprocessorConfiguration.Filter {
  /// Half the width of the kernel.
  var support: Double {
    switch self {
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  func value(_ x: Double) -> Double {
    let x = abs(x)
    guard x < support else { return 0 }
    switch self {
    case .bilinear:
      return 1 - x
    case .bicubic:  // Keys 1981, a = -0.5
      let a = -0.5
      return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : (((x - 5) * x + 8) * x - 4) * a
    case .lanczos:
      return Self.sinc(x) * Self.sinc(x / 3)
    }
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sin(x * .pi) / (x * .pi)
  }
}

/// One axis of a resize: which inputs are read, and how outputs are made of them.
struct ResizedAxis: Sendable {
  /// The inputs that any output needs.
  let source: Range<Int>
  /// Weights, relative to `source`.
  let resampling: Resampling

  /// The weights with which Pillow resizes an axis of `inputs` pixels to `length`, for the outputs
  /// in `range`: the kernel is widened when shrinking, normalised over the pixels that exist, and
  /// rounded to fixed point.
  init(inputs: Int, length: Int, filter: PreprocessorConfiguration.Filter, range: Range<Int>) {
    let scale = Double(inputs) / Double(length)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    let taps = min(inputs, Int(support.rounded(.up)) * 2 + 1)
    var first: [Int] = []
    var weights = [Int32](repeating: 0, count: taps * range.count)
    var kernel = [Double](repeating: 0, count: taps)
    for (row, position) in range.enumerated() {
      let center = (Double(position) + 0.5) * scale
      let start = max(0, Int(center - support + 0.5))
      let end = min(inputs, Int(center + support + 0.5))
      var sum = 0.0
      for i in start..<end {
        kernel[i - start] = filter.value((Double(i) - center + 0.5) * (1 / stretch))
        sum += kernel[i - start]
      }
      // All outputs have as many taps: near the end they begin earlier, with weights of zero.
      first.append(min(start, inputs - taps))
      for i in start..<end {
        let weight = sum == 0 ? kernel[i - start] : kernel[i - start] / sum
        let scaled = weight * Double(1 << Resampling.weightBits)
        weights[row * taps + i - first[row]] = Int32(scaled + (weight < 0 ? -0.5 : 0.5))
      }
    }
    let origin = first.first ?? 0
    source = origin..<(first.last ?? 0) + taps
    resampling = Resampling(
      inputs: source.count, taps: taps, first: first.map { Int32($0 - origin) }, weights: weights)
  }
}
