import Hummingbird
import Vitrine

extension VitrineServer {
  /// `/health`: the process runs. `/ready`: every index answers. `/metrics`: Prometheus.
  func addHealth(to router: Router<BasicRequestContext>) {
    router.get("/health") { _, _ in try json(["status": "ok"]) }
    router.get("/ready") { _, _ in
      for (name, engine) in engines {
        do {
          _ = try engine.schema
        } catch {
          throw Problem(.serviceUnavailable, "the index \"\(name)\" does not answer")
        }
      }
      return try json(["status": "ready"])
    }
    router.get("/metrics") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text)))
    }
    router.get("/openapi.json") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: OpenAPI.document)))
    }
  }
}
