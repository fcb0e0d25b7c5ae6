import Foundation
import HTTPTypes
import Hummingbird

extension VitrineServer {
  /// The page at `/` and its few files, which are read once: they are part of the program.
  func addPage(to router: Router<BasicRequestContext>) {
    let files = Self.pageFiles
    router.get("/") { request, _ in try Self.answer("index.html", files, request) }
    router.get("/page/:file") { request, context in
      try Self.answer(try parameter("file", of: context), files, request)
    }
  }

  /// Whether a path is the page's or one of its files', which can be read only.
  static func isPage(_ path: String) -> Bool {
    path == "/" || path.hasPrefix("/page/") && pageFiles[String(path.dropFirst(6))] != nil
  }

  private struct PageFile {
    let bytes: ByteBuffer
    let type: String
    let tag: String
  }

  private static let types = [
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
  ]

  private static let pageFiles: [String: PageFile] = {
    guard
      let folder = Bundle.module.url(forResource: "Page", withExtension: nil),
      let urls = try? FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: nil)
    else { return [:] }
    var files: [String: PageFile] = [:]
    for url in urls {
      guard let type = types[url.pathExtension], let data = try? Data(contentsOf: url) else {
        continue
      }
      files[url.lastPathComponent] = PageFile(
        bytes: ByteBuffer(bytes: data), type: type, tag: entityTag(data))
    }
    return files
  }()

  /// The page's policy allows nothing from anywhere else.
  private static let policy =
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

  private static func answer(
    _ name: String, _ files: [String: PageFile], _ request: Request
  ) throws -> Response {
    guard let file = files[name] else { throw Problem(.notFound, "there is no page \"\(name)\"") }
    let headers: HTTPFields = [
      .contentType: file.type, .eTag: file.tag, .cacheControl: "no-cache",
      .contentSecurityPolicy: policy, .xContentTypeOptions: "nosniff",
    ]
    if request.has(file.tag) { return Response(status: .notModified, headers: headers) }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.bytes))
  }
}
