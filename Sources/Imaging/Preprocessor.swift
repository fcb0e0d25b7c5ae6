public import Kernels

/// Turns pictures into a model's input, equal to the reference image processor
/// (`transformers.CLIPImageProcessorPil`) to the last bit.
///
/// Resizing is Pillow's: separable, antialiased, in fixed point. Only the pixels that a crop keeps
/// are computed. Safe to use from any thread.
public struct Preprocessor: Sendable {
  /// The settings.
  public let configuration: PreprocessorConfiguration
  private let kernels: Kernels
  private let axes = AxisCache()
  /// What each byte becomes, 256 values for each colour.
  private let values: [Float]

  /// A preprocessor with these settings; `kernels` do the resizing.
  public init(configuration: PreprocessorConfiguration, kernels: Kernels = .best) {
    self.configuration = configuration
    self.kernels = kernels
    values = (0..<3).flatMap { colour in
      (0..<256).map { byte in
        let scaled = configuration.rescaleFactor.map { Float(Double(byte) * $0) } ?? Float(byte)
        let centred = scaled - (configuration.mean?[colour] ?? 0)
        return centred / (configuration.deviation?[colour] ?? 1)
      }
    }
  }

  /// What the shorter side of a picture becomes, for ``Image/decode(_:limits:for:)``; `nil` where
  /// pictures are not resized.
  public var targetSide: Int? {
    switch configuration.size {
    case .shortestEdge(let side): side
    case .exactly(let width, let height): max(width, height)
    case nil: nil
    }
  }

  /// Width and height of the output for a picture of this size.
  public func outputSize(width: Int, height: Int) -> (width: Int, height: Int) {
    configuration.outputSize ?? resizedSize(width: width, height: height)
  }

  private func resizedSize(width: Int, height: Int) -> (width: Int, height: Int) {
    switch configuration.size {
    case nil: return (width, height)
    case .exactly(let width, let height): return (width, height)
    case .shortestEdge(let side):
      let (short, long) = (min(width, height), max(width, height))
      let longer = Int(Double(side * long) / Double(short))
      return width <= height ? (side, longer) : (longer, side)
    }
  }

  /// Writes `image` as `Float`: all of red, then green, then blue, each row by row.
  ///
  /// - Parameter out: at least `3 · width · height` of ``outputSize(width:height:)``.
  /// - Complexity: O(pixels of the picture); one buffer of the size between the two passes is
  ///   allocated.
  public func callAsFunction(_ image: Image, into out: inout MutableSpan<Float>) {
    let size = outputSize(width: image.width, height: image.height)
    let resized = resizedSize(width: image.width, height: image.height)
    let columns = Window(of: size.width, in: resized.width)
    let rows = Window(of: size.height, in: resized.height)
    let pixels = resize(image, to: resized, columns: columns.source, rows: rows.source)
    normalize(pixels.span, columns: columns, rows: rows, into: &out)
  }

  /// The outputs in `columns` × `rows` of the picture resized to `size`.
  private func resize(
    _ image: Image, to size: (width: Int, height: Int), columns: Range<Int>, rows: Range<Int>
  ) -> [UInt8] {
    let filter = configuration.filter
    let x = axes.axis(
      .init(inputs: image.width, length: size.width, filter: filter, range: columns))
    let y = axes.axis(.init(inputs: image.height, length: size.height, filter: filter, range: rows))
    let stride = 3 * image.width
    let (left, rowBytes) = (3 * x.source.lowerBound, 3 * columns.count)
    let source = image.pixels.span.extracting(droppingFirst: y.source.lowerBound * stride)
    var pixels = [UInt8](repeating: 0, count: rowBytes * rows.count)
    var pixelSpan = pixels.mutableSpan
    // Rounding between the passes makes their order visible. Pillow 13 shrinks the height first
    // where that takes away more than twice as much as the width; older ones never did.
    let lost = (width: image.width - size.width, height: image.height - size.height)
    if lost.height > 0, lost.height > 2 * lost.width {
      var low = [UInt8](repeating: 0, count: stride * rows.count)
      var lowSpan = low.mutableSpan
      kernels.resampleRows(source, rowBytes: stride, by: y.resampling, into: &lowSpan)
      kernels.resampleColumns(
        low.span.extracting(droppingFirst: left), stride: stride, rows: rows.count,
        by: x.resampling, into: &pixelSpan)
    } else {
      var narrow = [UInt8](repeating: 0, count: rowBytes * y.source.count)
      var narrowSpan = narrow.mutableSpan
      kernels.resampleColumns(
        source.extracting(droppingFirst: left), stride: stride, rows: y.source.count,
        by: x.resampling, into: &narrowSpan)
      kernels.resampleRows(narrow.span, rowBytes: rowBytes, by: y.resampling, into: &pixelSpan)
    }
    return pixels
  }

  private func normalize(
    _ pixels: Span<UInt8>, columns: Window, rows: Window, into out: inout MutableSpan<Float>
  ) {
    let plane = columns.count * rows.count
    if columns.isPadded || rows.isPadded {
      for colour in 0..<3 {
        for i in 0..<plane { out[colour * plane + i] = values[256 * colour] }
      }
    }
    let rowBytes = 3 * columns.source.count
    for y in 0..<rows.source.count {
      kernels.separateColours(
        pixels.extracting(y * rowBytes..<(y + 1) * rowBytes), values: values.span, into: &out,
        from: (y + rows.offset) * columns.count + columns.offset, plane: plane)
    }
  }
}

/// A part of `count` positions cut from the middle of an axis, which may be shorter than the part.
private struct Window {
  let count: Int
  /// Positions of the axis inside the part.
  let source: Range<Int>
  /// Where they begin in it.
  let offset: Int

  var isPadded: Bool { source.count < count }

  init(of count: Int, in length: Int) {
    self.count = count
    let start = (length - count) >> 1  // rounds down, also below zero
    source = max(0, start)..<min(length, start + count)
    offset = max(0, -start)
  }
}
