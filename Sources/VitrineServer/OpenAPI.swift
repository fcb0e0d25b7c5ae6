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

  /// What a path can be asked.
  struct Operation: Decodable, Sendable {
    /// A parameter of the URL's query.
    struct Parameter: Decodable, Sendable {
      struct Schema: Decodable, Sendable { let type: String }

      let name: String
      let schema: Schema

      /// Whether it may be given more than once.
      var isList: Bool { schema.type == "array" }
    }

    let parameters: [Parameter]?
  }

  /// The operations that the description has for a path, by their methods, such as "GET" and
  /// "HEAD"; none for a path that it does not know.
  static func operations(at path: String) -> [String: Operation] {
    let asked = path.split(separator: "/")
    let found = paths.first { segments, _ in
      segments.count == asked.count
        && zip(segments, asked).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
    return found?.operations ?? [:]
  }

  private static let paths: [(segments: [Substring], operations: [String: Operation])] = {
    struct Item: Decodable { let get, put, post, delete: Operation? }
    struct Description: Decodable { let paths: [String: Item] }
    let known = try? JSONDecoder().decode(Description.self, from: Data(document.utf8))
    return (known?.paths ?? [:]).map { path, item in
      let operations = [
        "GET": item.get, "HEAD": item.get, "PUT": item.put, "POST": item.post,
        "DELETE": item.delete,
      ]
      return (path.split(separator: "/"), operations.compactMapValues { $0 })
    }
  }()
}
