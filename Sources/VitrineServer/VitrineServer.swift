public import Hummingbird
import HummingbirdCore
import Foundation
import NIOCore
public import Logging
public import Vitrine

/// The engine behind HTTP, with a page to look at products.
///
/// Handlers are thin: they read a request, call `Engine`, and write the answer. A value; call
/// ``run(ready:)``.
public struct VitrineServer: Sendable {
  let engines: [String: Engine]
  let configuration: ServerConfiguration
  let metrics: PrometheusMetrics
  let logger: Logger
  let admission: Admission
  /// Where uploads are kept; nil keeps none.
  let pictures: PictureFolder?

  /// A server of open indexes.
  ///
  /// - Parameters:
  ///   - engines: the indexes by the name they have in URLs.
  ///   - configuration: where to listen and what to allow.
  ///   - metrics: what `/metrics` shows; bootstrap `MetricsSystem` with the same one.
  ///   - logger: where failures are told.
  /// - Throws: `VitrineError.invalidArgument` if it would listen beyond this machine without keys or is
  ///   to allow what is no origin, `VitrineError.file` if the folder of pictures is not there.
  public init(
    engines: [String: Engine], configuration: ServerConfiguration, metrics: PrometheusMetrics,
    logger: Logger
  ) throws {
    guard configuration.isLoopback || !configuration.keys.isEmpty else {
      throw VitrineError.invalidArgument(
        "\(configuration.host) can be reached from other machines: give API keys, "
          + "or listen on 127.0.0.1")
    }
    pictures = try configuration.imageRoot.map { root throws(VitrineError) in
      try PictureFolder(path: root)
    }
    self.engines = engines
    var plain = configuration
    plain.allowedOrigins = try configuration.allowedOrigins.map { text throws(VitrineError) in
      try ServerConfiguration.origin(text)
    }
    self.configuration = plain
    self.metrics = metrics
    self.logger = logger
    admission = Admission(configuration.limits)
  }

  /// Serves until the task is cancelled or the process is asked to end; requests under way are
  /// finished first.
  ///
  /// - Parameter ready: is called with the port once requests are taken.
  /// - Throws: `VitrineError.invalidArgument` if somebody else listens there.
  public func run(ready: @escaping @Sendable (_ port: Int) -> Void = { _ in }) async throws {
    do {
      try await application(ready: ready).runService()
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw VitrineError.invalidArgument(
        "another program listens on port \(configuration.port) of \(configuration.host): "
          + "end it, or take another port")
    } catch let error as IOError {
      let reason = String(cString: strerror(error.errnoCode))
      throw VitrineError.invalidArgument(
        "cannot listen on port \(configuration.port) of \(configuration.host): \(reason)")
    }
  }

  /// The application, for tests and for a service group of one's own.
  public var application: some ApplicationProtocol { application(ready: { _ in }) }

  private func application(
    ready: @escaping @Sendable (_ port: Int) -> Void
  ) -> some ApplicationProtocol {
    let responder = router.buildResponder()
    let logger = logger
    return Application(
      responder: responder,
      // What is handed over here would answer through Hummingbird's own channel.
      server: HTTPServerBuilder { [configuration] _ in
        ConnectionChannel(
          respond: { request, channel in
            let source = ApplicationRequestContextSource(channel: channel, logger: logger)
            do {
              return try await responder.respond(
                to: request, context: BasicRequestContext(source: source))
            } catch {
              return Problem(error, logger: logger).response
            }
          }, limits: configuration.limits)
      },
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port)),
      onServerRunning: { channel in ready(channel.localAddress?.port ?? configuration.port) },
      logger: logger)
  }

  private var router: Router<BasicRequestContext> {
    let router = Router(options: .autoGenerateHeadEndpoints)
    router.add(middleware: MetricsMiddleware(indexes: engines.keys))
    router.add(middleware: GzipMiddleware())
    // Whatever stands here, every request goes through.
    if !configuration.allowedOrigins.isEmpty {
      router.add(middleware: OriginMiddleware(allowed: Set(configuration.allowedOrigins)))
    }
    router.add(middleware: ProblemMiddleware())
    router.add(middleware: AddressMiddleware(isLocal: configuration.keys.isEmpty))
    if !configuration.keys.isEmpty {
      router.add(middleware: AccessMiddleware(keys: configuration.keys))
    }
    router.add(middleware: ParameterMiddleware())
    addHealth(to: router)
    addPage(to: router)
    addSearch(to: router)
    addProducts(to: router)
    addRecommend(to: router)
    addClassify(to: router)
    addImages(to: router)
    return router
  }

  /// What a URL names, decoded: the product `a/b` is asked for as `products/a%2Fb`.
  func parameter(_ name: String, of context: some RequestContext) throws -> String {
    let text = try context.parameters.require(name)
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    guard let decoded = text.removingPercentEncoding else {
      throw Problem(.badRequest, "\"\(text)\" is not properly percent-encoded")
    }
    return decoded
  }

  /// The engine of the index a URL names.
  func engine(_ context: some RequestContext) throws -> Engine {
    let name = try parameter("index", of: context)
    guard let engine = engines[name] else {
      throw Problem(.notFound, "there is no index \"\(name)\"")
    }
    return engine
  }

  /// The body, up to the limits of size and time. Who sends it byte by byte is let go with the next
  /// byte, who sends nothing any more when the connection has been idle for so long.
  nonisolated(nonsending) func body(
    of request: Request, until deadline: ContinuousClock.Instant? = nil
  ) async throws -> ByteBuffer {
    let deadline = deadline ?? admission.deadline
    let most = configuration.limits.bodyBytes
    var body = ByteBuffer()
    var held = 0
    defer { admission.release(bytes: held) }
    for try await var part in request.body {
      guard body.readableBytes + part.readableBytes <= most else {
        throw NIOTooManyBytesError(maxBytes: most)
      }
      guard deadline > .now else { throw admission.tookTooLong }
      try admission.hold(bytes: part.readableBytes)
      held += part.readableBytes
      if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
    }
    return body
  }

  /// `value` as a JSON answer.
  func json(_ value: some Encodable) throws -> Response {
    json(bytes: try Self.encoded(value))
  }

  /// `value` as JSON.
  static func encoded(_ value: some Encodable) throws -> Data {
    try JSONEncoder.answers.encode(value)
  }

  /// What is JSON already, as an answer.
  func json(bytes: some Sequence<UInt8>) -> Response {
    Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
