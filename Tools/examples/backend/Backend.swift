import CLIP
import Hummingbird
import Vitrine

/// A backend of one's own: answers `GET /search?q=red+dress&filter=price<50&k=5` from an index.
///
///     swift run -c release ExampleBackend Indexes/sample Sources/BundledModel/model
@main struct Backend {
  static func main() async throws {
    let paths = CommandLine.arguments.dropFirst()
    guard paths.count == 2, let index = paths.first, let directory = paths.last else {
      return print("usage: ExampleBackend INDEX MODEL")
    }
    // Opened once and shared by all requests; it sees what other processes ingest meanwhile.
    let model = Model(clip: try CLIPModel(directory: directory))
    let engine = try Engine(path: index, embedder: model)
    let router = Router()
    router.get("search") { request, _ -> Answer in
      let parameters = request.uri.queryParameters
      var query = Query(parameters.get("q"))
      query.k = parameters.get("k", as: Int.self) ?? 10
      do {
        query.filter = try parameters.get("filter").map {
          try Filter.parse($0, schema: try engine.schema)
        }
        let found = try await engine.search(query)
        return Answer(hits: found.hits, milliseconds: found.tookMs)
      } catch let error as FilterError {
        throw HTTPError(.badRequest, message: error.description)
      } catch let error as QueryError {
        throw HTTPError(.badRequest, message: error.description)
      }
    }
    try await Application(router: router, configuration: .init(address: .hostname(port: 8090)))
      .runService()
  }
}

/// The engine takes any model; here it is a CLIP.
struct Model: Embedder {
  let clip: CLIPModel
  var dimensions: Int { clip.dimensions }
  var fingerprint: String { clip.fingerprint }
  var logitScale: Float { clip.logitScale }

  func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] {
    clip.encode(images: images).map { $0.mapError { $0 } }
  }

  func embed(texts: [String]) -> [[Float]] { clip.encode(texts: texts) }
  func remembered(texts: [String]) -> [[Float]]? { clip.remembered(texts: texts) }
}

/// What a request is answered with, as JSON.
struct Answer: ResponseEncodable {
  let hits: [Hit]
  let milliseconds: Double
}
