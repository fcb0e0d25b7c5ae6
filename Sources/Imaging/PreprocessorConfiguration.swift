/// How a model wants its pictures: the settings of a Hugging Face `CLIPImageProcessor`.
public struct PreprocessorConfiguration: Sendable, Equatable {
  /// The size to resize to.
  public enum Size: Sendable, Equatable {
    /// The shorter side gets this length, the other keeps the proportions.
    case shortestEdge(Int)
    /// Exactly this size, whatever the proportions.
    case exactly(width: Int, height: Int)
  }

  /// The interpolating kernel, by Pillow's number. All are widened when shrinking (antialiased).
  public enum Filter: Int, Sendable {
    /// A windowed sinc, three pixels to each side.
    case lanczos = 1
    /// A triangle, one pixel to each side.
    case bilinear = 2
    /// Keys's cubic with a = -0.5, two pixels to each side.
    case bicubic = 3
  }

  /// Width and height of a part cut from the middle, padded with black where the picture ends.
  public struct Crop: Sendable, Equatable {
    /// Pixels in a row.
    public var width: Int
    /// Rows.
    public var height: Int

    /// A part of this size.
    public init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  /// Target size, or `nil` to keep the picture's.
  public var size: Size?
  /// Kernel of the resize.
  public var filter: Filter
  /// Centre crop after the resize, or `nil`.
  public var crop: Crop?
  /// What 8-bit values are multiplied with first, or `nil`.
  public var rescaleFactor: Double?
  /// Subtracted from red, green and blue; `nil` with ``deviation`` for no normalisation.
  public var mean: [Float]?
  /// What the differences are divided by.
  public var deviation: [Float]?

  /// OpenAI's settings for an input of 224 pixels, which most CLIPs share, or others.
  ///
  /// - Precondition: sizes are positive; `mean` and `deviation` have three elements.
  public init(
    size: Size? = .shortestEdge(224), filter: Filter = .bicubic,
    crop: Crop? = Crop(width: 224, height: 224), rescaleFactor: Double? = 1 / 255,
    mean: [Float]? = [0.48145466, 0.4578275, 0.40821073],
    deviation: [Float]? = [0.26862954, 0.26130258, 0.27577711]
  ) {
    precondition(mean.map { $0.count == 3 } ?? true && deviation.map { $0.count == 3 } ?? true)
    self.size = size
    self.filter = filter
    self.crop = crop
    self.rescaleFactor = rescaleFactor
    self.mean = mean
    self.deviation = deviation
  }

  /// Width and height of every output, or `nil` where they depend on the picture.
  public var outputSize: (width: Int, height: Int)? {
    if let crop { return (crop.width, crop.height) }
    if case .exactly(let width, let height) = size { return (width, height) }
    return nil
  }
}
