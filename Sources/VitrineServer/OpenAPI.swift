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
}
