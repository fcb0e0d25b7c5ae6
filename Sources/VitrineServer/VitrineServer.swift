public import Hummingbird
import Foundation
import NIOCore
public import Logging
public import Vitrine

/// The engine behind HTTP, with a page to look at products.
///
/// Handlers are thin: they read a request, call ``Engine``, and write the answer. A value; hand it
/// to a service group or call ``run()``.
public struct VitrineServer: Sendable {
  let engines: [String: Engine]
  let configuration: ServerConfiguration
  let metrics: PrometheusMetrics
  let logger: Logger
  let admission: Admission

  /// A server of open indexes.
  ///
  /// - Parameters:
  ///   - engines: the indexes by the name they have in URLs.
  ///   - configuration: where to listen and what to allow.
  ///   - metrics: what `/metrics` shows; bootstrap `MetricsSystem` with the same one.
  /// - Throws: ``VitrineError/invalidArgument(_:)`` if it would listen beyond this machine without
  ///   keys.
  public init(
    engines: [String: Engine], configuration: ServerConfiguration, metrics: PrometheusMetrics,
    logger: Logger
  ) throws {
    guard configuration.isLoopback || !configuration.keys.isEmpty else {
      throw VitrineError.invalidArgument(
        "\(configuration.host) can be reached from other machines: give API keys, "
          + "or listen on 127.0.0.1")
    }
    self.engines = engines
    self.configuration = configuration
    self.metrics = metrics
    self.logger = logger
    admission = Admission(configuration.limits)
  }

  /// Serves until the task is cancelled or the process is asked to end; requests under way are
  /// finished first.
  public func run() async throws {
    try await application.runService()
  }

  /// The application, for tests and for a service group of one's own.
  public var application: some ApplicationProtocol {
    Application(
      router: router,
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port),
        serverName: "vitrine"),
      logger: logger)
  }

  private var router: Router<BasicRequestContext> {
    let router = Router()
    router.add(middleware: GzipMiddleware())
    router.add(middleware: ProblemMiddleware())
    router.add(middleware: MetricsMiddleware())
    router.add(middleware: OriginMiddleware(allowed: Set(configuration.allowedOrigins)))
    router.add(middleware: AccessMiddleware(keys: configuration.keys))
    addHealth(to: router)
    addPage(to: router)
    addSearch(to: router)
    addProducts(to: router)
    addRecommend(to: router)
    addClassify(to: router)
    addImages(to: router)
    return router
  }

  /// The engine of the index a URL names.
  func engine(_ context: some RequestContext) throws -> Engine {
    let name = try context.parameters.require("index")
    guard let engine = engines[name] else {
      throw Problem(.notFound, "there is no index \"\(name)\"")
    }
    return engine
  }

  /// The body as JSON, up to the limit; filters in it are read with the schema.
  func decode<T: Decodable>(
    _ type: T.Type, from request: Request, schema: Schema? = nil
  ) async throws -> T {
    let body = try await request.body.collect(upTo: configuration.limits.bodyBytes)
    let decoder = JSONDecoder()
    if let key = CodingUserInfoKey.schema { decoder.userInfo[key] = schema }
    return try decoder.decode(type, from: Data(body.readableBytesView))
  }

  /// `value` as a JSON answer.
  func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
  }
}
