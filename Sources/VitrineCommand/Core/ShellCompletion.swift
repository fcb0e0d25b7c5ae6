import ArgumentParser
import Vitrine

/// What a shell offers of the index that the line names, or that is meant without a name.
extension CompletionKind {
  /// Names of attributes.
  static var attributes: CompletionKind {
    .custom { words, _, _ in
      (try? index(of: words).schema.attributes.map(\.name)) ?? []
    }
  }

  /// Ids of products; so many as one may look through.
  static var products: CompletionKind {
    .custom { words, _, beginning in
      (try? index(of: words).ids(beginning: beginning, limit: 200)) ?? []
    }
  }

  private static func index(of words: [String]) throws -> Engine {
    let workspace = Workspace(console: .process())
    let given = words.firstIndex(of: "--index").flatMap { words.dropFirst($0 + 1).first }
    return try workspace.engine(
      at: IndexOptions.path(given, in: workspace.console), readOnly: true)
  }
}
