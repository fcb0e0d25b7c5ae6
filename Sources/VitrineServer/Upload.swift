import Foundation
import HTTPTypes
import Vitrine

/// A product as it is sent: its attributes, and its picture as base64 or as a path below the
/// server's folder of pictures. Without a picture a known product keeps the one it has.
struct Upload: Decodable, Sendable {
  var id: String?
  var attributes: [String: Value]?
  var image: String?
  var imageData: Data?
  /// Where it stands in what was sent, counted from 1; nil for a product that is sent alone.
  var line: Int?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case id, attributes, image
    case imageData = "image_data"
  }

  init(from decoder: any Decoder) throws {
    try decoder.refuseMembers(besides: CodingKeys.self)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decodeIfPresent(String.self, forKey: .id)
    attributes = try container.decodeIfPresent([String: Value].self, forKey: .attributes)
    image = try container.decodeIfPresent(String.self, forKey: .image)
    imageData = try container.decodeIfPresent(Data.self, forKey: .imageData)
  }

  /// The product alone, as the body of a request.
  init(json: Data) throws {
    guard !Self.isBlank(json) else { throw Problem(.badRequest, "the body is empty") }
    self = try JSONDecoder().decode(Upload.self, from: json)
  }

  static func isBlank(_ line: Data) -> Bool { line.allSatisfy { " \n\r\t".utf8.contains($0) } }
}

/// What is wrong with one of the products that were sent.
struct UploadMistake: Error, Encodable, Sendable {
  /// How many are told of; who has more has made one mistake again and again.
  static let most = 20

  /// Counted from 1; nil for a product that is sent alone.
  let line: Int?
  let id: String?
  let detail: String
  /// Whether it is no JSON of the right shape, rather than such as makes no sense.
  var isMalformed = false

  private enum CodingKeys: CodingKey {
    case line, id, detail
  }

  init(_ upload: Upload, _ detail: String) {
    line = upload.line
    id = upload.id
    self.detail = detail
  }

  init(line: Int, _ error: DecodingError) {
    self.line = line
    id = nil
    detail = error.words
    isMalformed = true
  }

  /// What the engine says of a product, without the place among those that it was given.
  init(_ upload: Upload, _ error: VitrineError) {
    guard case .badData(_, _, let column, let reason) = error else {
      self.init(upload, "\(error)")
      return
    }
    let isOwn = column == "id" || column == "image"
    self.init(upload, (column.map { isOwn ? "\($0): " : "attribute \($0): " } ?? "") + reason)
  }
}

/// What a request sends, in its order: products, and what is wrong with those that cannot be read.
struct Uploads: Sendable {
  private(set) var entries: [Result<Upload, UploadMistake>] = []
  /// Whether more follows, which was not read after so many mistakes.
  private(set) var isCut = false

  /// Those that can be read.
  var products: [Upload] { entries.compactMap { try? $0.get() } }

  init(_ product: Upload) { entries = [.success(product)] }

  /// NDJSON: one product a line, blank ones aside.
  init(lines data: Data) throws {
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var mistakes = 0
    for (index, line) in lines.enumerated() where !Upload.isBlank(line) {
      if mistakes == UploadMistake.most {
        isCut = true
        return
      }
      do {
        var upload = try JSONDecoder().decode(Upload.self, from: line)
        upload.line = index + 1
        entries.append(.success(upload))
      } catch let error as DecodingError {
        entries.append(.failure(UploadMistake(line: index + 1, error)))
        mistakes += 1
      }
    }
  }
}

extension Problem {
  /// What is wrong with products, of which none is stored then. The first of several is told in words;
  /// `isCut` says that there may be more.
  init(_ mistakes: [UploadMistake], isCut: Bool = false) {
    let line = mistakes.first?.line.map { "line \($0): " } ?? ""
    let others =
      if isCut {
        "; at least \(mistakes.count) lines are bad, the first of which are in \"errors\""
      } else {
        mistakes.count > 1 ? "; \(mistakes.count - 1) more in \"errors\"" : ""
      }
    self.init(
      mistakes.contains(where: \.isMalformed) ? .badRequest : .unprocessableContent,
      line + (mistakes.first?.detail ?? "") + others)
    if mistakes.first?.line != nil { errors = mistakes }
  }
}
