import Foundation
import Vitrine

extension ReplSession {
  /// The same query on another index, side by side; what both found is marked.
  func compare(with path: String, model directory: String?) async throws {
    try requireAnswer(ifWalk: "a walk cannot be compared; search for something first")
    var other = model
    if let directory { other.directory = directory }
    let left = try await engine.search(shown)
    let (right, rightSchema) = try await answer(of: path, other)
    let schema = try self.schema
    let leftRanks = ranks(left.hits)
    let rightRanks = ranks(right.hits)
    let rows = (0..<max(left.hits.count, right.hits.count)).map { row in
      [
        "\(row + 1)", cell(left.hits, row, schema), note(left.hits, row, elsewhere: rightRanks),
        cell(right.hits, row, rightSchema), note(right.hits, row, elsewhere: leftRanks),
      ]
    }
    let table = Table(
      [
        .init("#", isNumeric: true, least: 1, leaves: 1), .init(name(self.path), least: 8),
        .init("", least: 4, leaves: 2), .init(name(path), least: 8), .init("", least: 4, leaves: 2),
      ],
      rows: rows)
    let style = console.style
    console.print(
      table.lines(width: console.width, style: style) { text, _, column in
        column == 2 || column == 4 ? style.green(text) : text
      })
    let shared = Set(leftRanks.keys).intersection(rightRanks.keys).count
    console.print(
      style.dim(
        "\(shared) of \(max(left.hits.count, right.hits.count)) in both · "
          + "\(Duration.seconds(left.tookMs / 1000).inWords) and "
          + "\(Duration.seconds(right.tookMs / 1000).inWords)"))
  }

  /// What another index answers, and its schema. What is wrong with it is told with its name.
  private func answer(of path: String, _ model: ModelOptions) async throws -> (
    SearchResponse, Schema
  ) {
    do {
      let engine = try workspace.engine(at: path, model: model, readOnly: true)
      return (try await engine.search(shown), try engine.schema)
    } catch let error as QueryError {
      throw Failure.usage("\(path): \(error.description)")
    } catch let error as FilterError {
      throw Failure.usage("\(path): \(error.description)")
    }
  }

  private func ranks(_ hits: [Hit]) -> [String: Int] {
    Dictionary(hits.enumerated().map { ($1.id, $0 + 1) }, uniquingKeysWith: { first, _ in first })
  }

  private func cell(_ hits: [Hit], _ row: Int, _ schema: Schema) -> String {
    guard hits.indices.contains(row) else { return "" }
    let hit = hits[row]
    let name = ResultView.columns(of: [hit], schema: schema).first
      .flatMap { hit.attributes[$0] }.map(ResultView.text)
    return "\(Numbers.fixed(Double(hit.score), 3))  \(name ?? hit.id)"
  }

  /// Where the other index ranks the same product.
  private func note(_ hits: [Hit], _ row: Int, elsewhere: [String: Int]) -> String {
    hits.indices.contains(row) ? elsewhere[hits[row].id].map { "=\($0)" } ?? "" : ""
  }

  private func name(_ path: String) -> String { URL(filePath: path).lastPathComponent }
}
