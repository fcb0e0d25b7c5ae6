import Foundation

/// The description of the HTTP interface (OpenAPI 3.1), a file of the program.
enum OpenAPI {
  /// The document; empty only if the program was taken apart.
  static let document: String = {
    guard let url = Bundle.module.url(forResource: "openapi", withExtension: "json") else {
      return "{}"
    }
    return (try? String(contentsOf: url, encoding: .utf8)) ?? "{}"
  }()

  /// The methods that the description has for a path, such as `["GET", "HEAD"]`; none for a path
  /// that it does not know.
  static func methods(of path: String) -> [String] {
    let asked = path.split(separator: "/")
    let found = paths.first { segments, _ in
      segments.count == asked.count
        && zip(segments, asked).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
    return found?.methods ?? []
  }

  private static let paths: [(segments: [Substring], methods: [String])] = {
    struct Description: Decodable {
      let paths: [String: [String: Ignored]]
    }
    struct Ignored: Decodable {
      init(from decoder: any Decoder) {}
    }
    let known = try? JSONDecoder().decode(Description.self, from: Data(document.utf8))
    return (known?.paths ?? [:]).map { path, operations in
      var methods = operations.keys.filter { $0 != "parameters" }.map { $0.uppercased() }
      if methods.contains("GET") { methods.append("HEAD") }
      return (path.split(separator: "/"), methods.sorted())
    }
  }()
}
