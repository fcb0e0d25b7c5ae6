public import Imaging

extension PreprocessorConfiguration {
  /// Reads a `preprocessor_config.json`, old (`"size": 224`) or new (`"size": {"shortest_edge":
  /// 224}`). What it leaves out has the reference processor's default.
  ///
  /// - Throws: ``ModelError`` naming the setting that is broken or not supported.
  public init(path: String) throws(ModelError) {
    let file = try decodeJSON(PreprocessorFile.self, at: path)
    let check = Check(path: path)
    self.init()
    let size = try check.size(file.size ?? SizeSetting(shortestEdge: 224))
    self.size = file.resizes == false ? nil : size
    if file.crops == false {
      crop = nil
    } else if let size = file.crop {
      crop = try check.crop(size)
    }
    if let number = file.filter { filter = try check.filter(number) }
    rescaleFactor = file.rescales == false ? nil : file.factor ?? 1 / 255
    guard file.normalizes != false else {
      (mean, deviation) = (nil, nil)
      return
    }
    mean = file.mean ?? mean
    deviation = file.deviation ?? deviation
    guard mean?.count == 3, deviation?.count == 3, deviation?.contains(0) == false else {
      throw check.unsupported(
        "image_mean and image_std", "three numbers each, no deviation of 0",
        "\(mean ?? []) and \(deviation ?? [])")
    }
  }

  /// Turns settings into values that hold, or names the one that does not.
  private struct Check {
    let path: String

    func unsupported(_ setting: String, _ expected: String, _ found: String) -> ModelError {
      .unsupported(path: path, setting: setting, expected: expected, found: found)
    }

    func length(_ value: Int, _ setting: String) throws(ModelError) -> Int {
      guard (1...10_000).contains(value) else {
        throw unsupported(setting, "1 to 10000 pixels", "\(value)")
      }
      return value
    }

    func size(_ given: SizeSetting) throws(ModelError) -> Size {
      switch (given.shortestEdge, given.width, given.height) {
      case (let side?, nil, nil):
        return .shortestEdge(try length(side, "size"))
      case (nil, let width?, let height?):
        return .exactly(width: try length(width, "size"), height: try length(height, "size"))
      default:
        throw unsupported("size", "shortest_edge, or height and width", "another combination")
      }
    }

    func crop(_ given: SizeSetting) throws(ModelError) -> Crop {
      guard let width = given.width ?? given.shortestEdge,
        let height = given.height ?? given.shortestEdge
      else { throw unsupported("crop_size", "height and width", "neither") }
      return Crop(
        width: try length(width, "crop_size"), height: try length(height, "crop_size"))
    }

    func filter(_ number: Int) throws(ModelError) -> Filter {
      guard let filter = Filter(rawValue: number) else {
        throw unsupported(
          "resample", "1 (lanczos), 2 (bilinear) or 3 (bicubic)", "\(number)")
      }
      return filter
    }
  }
}

private struct PreprocessorFile: Decodable {
  let size: SizeSetting?
  let crop: SizeSetting?
  let filter: Int?
  let resizes, crops, rescales, normalizes: Bool?
  let factor: Double?
  let mean, deviation: [Float]?

  enum CodingKeys: String, CodingKey {
    case size
    case crop = "crop_size"
    case filter = "resample"
    case resizes = "do_resize"
    case crops = "do_center_crop"
    case rescales = "do_rescale"
    case normalizes = "do_normalize"
    case factor = "rescale_factor"
    case mean = "image_mean"
    case deviation = "image_std"
  }
}

/// A length, or an object of named lengths.
private struct SizeSetting: Decodable {
  var shortestEdge, width, height: Int?

  init(shortestEdge: Int) { self.shortestEdge = shortestEdge }

  init(from decoder: any Decoder) throws {
    if let side = try? decoder.singleValueContainer().decode(Int.self) {
      shortestEdge = side
      return
    }
    let values = try decoder.container(keyedBy: CodingKeys.self)
    shortestEdge = try values.decodeIfPresent(Int.self, forKey: .shortestEdge)
    width = try values.decodeIfPresent(Int.self, forKey: .width)
    height = try values.decodeIfPresent(Int.self, forKey: .height)
  }

  enum CodingKeys: String, CodingKey {
    case shortestEdge = "shortest_edge"
    case width, height
  }
}
