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
  /// What is wrong with each of many products.
  var errors: [UploadMistake] = []

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
    case let error as HTTPParserError: self.init(malformed: error)
    case is ChannelError, is IOError: self.init(.badRequest, "the request broke off")
    case let error as DecodingError: self.init(.badRequest, error.words)
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
    Response(status: status, headers: fields, body: ResponseBody(byteBuffer: body))
  }

  var fields: HTTPFields {
    var fields = headers
    fields[.contentType] = "application/problem+json"
    return fields
  }

  var body: ByteBuffer {
    struct Details: Encodable {
      let type = "about:blank"
      let title: String
      let status: Int
      let detail: String
      let errors: [UploadMistake]?
    }
    let details = Details(
      title: status.reasonPhrase, status: status.code, detail: detail,
      errors: errors.isEmpty ? nil : errors)
    return ByteBuffer(bytes: (try? JSONEncoder.answers.encode(details)) ?? Data())
  }

  /// What is wrong with bytes that are no request.
  init(malformed error: HTTPParserError) {
    switch error {
    case .headerOverflow:
      self.init(
        .requestHeaderFieldsTooLarge,
        "the request has more header fields, or longer ones, than this server takes")
    case .invalidMethod: self.init(.badRequest, "the method is none of HTTP's")
    case .invalidContentLength, .unexpectedContentLength:
      self.init(.badRequest, "expected one Content-Length, a number of bytes")
    case .invalidChunkSize: self.init(.badRequest, "a chunk does not say how long it is")
    case .invalidHeaderToken: self.init(.badRequest, "a header field has a sign it may not have")
    case .invalidVersion: self.init(.badRequest, "expected HTTP/1.1")
    default: self.init(.badRequest, "the request broke off, or is not HTTP")
    }
  }

  /// What to say of a path or method that no route has.
  init(unknown request: Request) {
    let path = request.uri.path
    let methods =
      VitrineServer.isPage(path) ? ["GET", "HEAD"] : OpenAPI.operations(at: path).keys.sorted()
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
