package import Vitrine

/// A page of results as people read it: a table, matched words marked, and a line that says what
/// was done.
package struct ResultView {
  private let response: SearchResponse
  private let names: [String]
  private let firstRank: Int

  /// - Parameters:
  ///   - columns: the attributes to show; empty chooses.
  ///   - firstRank: the number of the first hit: 1 on the first page.
  package init(
    _ response: SearchResponse, schema: Schema, columns: [String] = [], firstRank: Int = 1
  ) {
    self.response = response
    self.firstRank = firstRank
    names = columns.isEmpty ? ResultView.columns(of: response.hits, schema: schema) : columns
  }

  /// The table and the line below it.
  ///
  /// - Parameter reminders: what else the last line should say.
  package func lines(width: Int?, style: Style, reminders: [String] = []) -> [String] {
    let footer = footer(width, style, reminders)
    guard !response.hits.isEmpty else { return ["Nothing found."] + footer }
    let table = Table(
      [
        .init("#", isNumeric: true, least: "\(firstRank + response.hits.count)".count),
        .init("score", isNumeric: true, least: 5),
        .init("id", least: 8, leaves: 1),
      ] + names.map { column($0, width) },
      rows: response.hits.enumerated().map { index, hit in
        ["\(firstRank + index)", isRanked ? Numbers.fixed(Double(hit.score), 3) : "–", hit.id]
          + names.map { hit.attributes[$0].map(ResultView.text) ?? "" }
      })
    let marked = table.lines(width: width, style: style) { text, row, column in
      switch column {
      case 0, 2: style.dim(text)
      case 1: style.cyan(text)
      default: ResultView.mark(response.hits[row].words ?? [], in: text, style: style)
      }
    }
    return marked + footer
  }

  private func footer(_ width: Int?, _ style: Style, _ reminders: [String]) -> [String] {
    var parts: [String] = []
    if let matches = response.matches { parts.append("\(Numbers.grouped(matches)) match") }
    parts.append(response.exact ? "\(response.path), exact" : response.path)
    parts.append(Duration.seconds(response.tookMs / 1000).inWords)
    let line = (parts + reminders).joined(separator: " · ")
    return response.notes.map { style.yellow($0) }
      + DisplayWidth.wrapped(line, width: width).map { style.dim($0) }
  }

  private func column(_ name: String, _ width: Int?) -> Table.Column {
    ResultView.column(
      name, isTitle: name == names.first, isNumeric: isNumeric(name), width: width)
  }

  /// The column of an attribute. The title has its share of a narrow screen, and is left out last.
  static func column(
    _ name: String, isTitle: Bool, isNumeric: Bool = false, width: Int?
  ) -> Table.Column {
    Table.Column(
      name, isNumeric: isNumeric, least: isTitle ? max(8, min(48, (width ?? 80) * 2 / 5)) : 12,
      leaves: isTitle ? 0 : 2)
  }

  /// Whether scores say anything: nothing was looked for where products are only listed.
  private var isRanked: Bool {
    response.path != "all" || response.hits.contains { $0.score != 0 }
  }

  private func isNumeric(_ name: String) -> Bool {
    response.hits.contains { hit in
      if case .number = hit.attributes[name] { true } else { false }
    }
  }

  /// A value as a cell of a table.
  package static func text(_ value: Value) -> String {
    if case .list(let items) = value { return items.joined(separator: ", ") }
    return value.label ?? ""
  }

  /// The name of the product first, then what is short enough to stand in a column.
  static func columns(of hits: [Hit], schema: Schema) -> [String] {
    let title = schema.title?.name
    let isTitled = hits.contains { hit in title.map { hit.attributes[$0] != nil } ?? false }
    let others = schema.attributes.filter { attribute in
      guard attribute.name != title, attribute.kind != .text else { return false }
      return hits.contains { $0.attributes[attribute.name] != nil }
    }
    // What it costs is asked for first, and is narrow.
    let price = others.filter { $0 == schema.price }
    let rest = others.filter { $0 != schema.price }
    return (isTitled ? [title].compactMap(\.self) : []) + (price + rest).map(\.name)
  }

  /// Underlines the words of the text that are words of the query, endings apart.
  package static func mark(_ words: [String], in text: String, style: Style) -> String {
    guard style.isOn, !words.isEmpty else { return text }
    let wanted = words.map { $0.lowercased() }
    var marked = ""
    var word = ""
    func flush() {
      let folded = word.lowercased()
      let isHit = wanted.contains { isSame(folded, $0) }
      marked += isHit ? style.underlined(word) : word
      word = ""
    }
    for character in text {
      if character.isLetter || character.isNumber {
        word.append(character)
      } else {
        flush()
        marked.append(character)
      }
    }
    flush()
    return marked
  }

  /// Whether two words differ by an ending such as -s, -es or -ed at most.
  private static func isSame(_ a: String, _ b: String) -> Bool {
    let (short, long) = a.count < b.count ? (a, b) : (b, a)
    return a == b || (short.count > 2 && long.hasPrefix(short) && long.count - short.count < 3)
  }
}
