import Foundation
package import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Vitrine

/// An error as HTTP tells it: problem details (RFC 9457).
package struct Problem: Error, Sendable {
  package let status: HTTPResponse.Status
  let detail: String
  var headers: HTTPFields = [:]

  init(_ status: HTTPResponse.Status, _ detail: String, headers: HTTPFields = [:]) {
    self.status = status
    self.detail = detail
    self.headers = headers
  }

  /// The problem that an error of the layers below amounts to.
  ///
  /// What went wrong inside is logged and not told: it may name paths.
  init(_ error: any Error, logger: Logger) {
    switch error {
    case let problem as Problem: self = problem
    case let error as HTTPError:
      self.init(error.status, error.body ?? error.status.reasonPhrase, headers: error.headers)
    case is NIOTooManyBytesError:
      self.init(.contentTooLarge, "the request's body is larger than this server takes")
    case is HTTPParserError, is ChannelError, is IOError:
      self.init(.badRequest, "the request broke off, or is not HTTP any more")
    case let error as DecodingError: self.init(.badRequest, Self.words(for: error))
    case let error as FilterError: self.init(.unprocessableContent, "\(error)")
    case QueryError.cursorExpired: self.init(.gone, "\(QueryError.cursorExpired)")
    case let error as QueryError: self.init(.unprocessableContent, "\(error)")
    case VitrineError.noProduct(let id): self.init(.notFound, "there is no product \"\(id)\"")
    case VitrineError.modelMismatch:
      self.init(
        .serviceUnavailable,
        "the index is of another model now; the server has to be started again with that")
    case let error as VitrineError where error.blame != .failure:
      self.init(.unprocessableContent, "\(error)")
    case is CancellationError: self.init(.serviceUnavailable, "the server is shutting down")
    default:
      logger.error("request failed", metadata: ["error": "\(error)"])
      self.init(.internalServerError, "the request failed; the server's log says why")
    }
  }

  var response: Response {
    struct Details: Encodable {
      let type = "about:blank"
      let title: String
      let status: Int
      let detail: String
    }
    let details = Details(title: status.reasonPhrase, status: status.code, detail: detail)
    var fields = headers
    fields[.contentType] = "application/problem+json"
    let body = (try? JSONEncoder.answers.encode(details)) ?? Data()
    return Response(
      status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }

  /// What is wrong with JSON, and where.
  package static func words(for error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context):
      "the JSON lacks \"\(key.stringValue)\"\(place(context))"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      "expected \(name(of: type))\(found(context))\(place(context))"
    // Foundation has one word for both, and does not say where.
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      "this is not JSON, or has a number that does not fit its place"
    case .dataCorrupted(let context):
      "\(reason(context))\(place(context))"
    @unknown default: "the JSON could not be read"
    }
  }

  /// What JSON calls a type.
  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is [String: Any].Type: "an object"
    case is [Any].Type: "an array"
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    default: "another value"
    }
  }

  /// What is wrong with a value of the right type.
  private static func reason(_ context: DecodingError.Context) -> String {
    let words = context.debugDescription
    if let value = words.firstMatch(of: #/from invalid String value (.+)/#) {
      return "\"\(value.1)\" is none of the values that can stand here"
    }
    if words.contains("Base64") { return "expected base64" }
    return "\(words.drop(suffix: "."))"
  }

  private static func found(_ context: DecodingError.Context) -> String {
    context.debugDescription.firstMatch(of: #/found (.+) instead/#).map { ", found \($0.1)" } ?? ""
  }

  private static func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
    return path.isEmpty ? "" : " at \(path.joined())"
  }

  /// What to say of a path or method that no route has.
  init(unknown request: Request) {
    let path = request.uri.path
    let methods = OpenAPI.operations(at: path).keys.sorted()
    if methods.isEmpty {
      self.init(.notFound, "there is nothing at \(path); /openapi.json lists what there is")
    } else {
      let allowed = methods.joined(separator: ", ")
      self.init(
        .methodNotAllowed, "\(path) takes \(allowed), not \(request.method)",
        headers: [.allow: allowed])
    }
  }
}

extension String {
  fileprivate func drop(suffix: String) -> Substring {
    hasSuffix(suffix) ? dropLast(suffix.count) : self[...]
  }
}

/// Turns every error into problem details. Around all that may throw, so that nothing escapes it.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError where error.status == .notFound {
      // The only one that Hummingbird throws: no route.
      return Problem(unknown: request).response
    } catch {
      return Problem(error, logger: context.logger).response
    }
  }
}
