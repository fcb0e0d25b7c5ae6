package import Vitrine

/// Results as a table for spreadsheets.
package enum CSV {
  /// Id, score and all attributes of the schema, a row for each hit.
  package static func text(_ hits: [Hit], schema: Schema) -> String {
    let names = schema.attributes.map(\.name)
    let header = row(["id", "score"] + names)
    return hits.reduce(header) { text, hit in
      let cells = names.map { hit.attributes[$0].map(cell) ?? "" }
      return text + row([hit.id, "\(hit.score)"] + cells)
    }
  }

  private static func cell(_ value: Value) -> String {
    if case .list(let items) = value { return items.joined(separator: "|") }
    return value.label ?? ""
  }

  private static func row(_ cells: [String]) -> String {
    cells.map(\.csvCell).joined(separator: ",") + "\n"
  }
}
