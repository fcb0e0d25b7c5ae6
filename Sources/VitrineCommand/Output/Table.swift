import Vitrine

/// Rows under headings, in columns that line up and fit a width.
package struct Table {
  /// A column.
  package struct Column {
    /// The heading.
    package var title: String
    /// Whether its cells line up on the right, as numbers do.
    package var isNumeric: Bool
    /// The least columns it may be cut to.
    package var least: Int
    /// How soon it is left out where not all fit: the greatest first, and of equal ones the last.
    package var leaves: Int

    /// A column.
    package init(_ title: String, isNumeric: Bool = false, least: Int = 6, leaves: Int = 0) {
      self.title = title
      self.isNumeric = isNumeric
      self.least = least
      self.leaves = leaves
    }
  }

  /// The columns in order.
  package var columns: [Column]
  /// Cells without escape codes, a row as long as `columns`.
  package var rows: [[String]]

  /// A table.
  package init(_ columns: [Column], rows: [[String]] = []) {
    self.columns = columns
    self.rows = rows
  }

  /// The lines of the table, headings first.
  ///
  /// - Parameters:
  ///   - width: the columns to fit into; nil leaves every cell whole. Where columns do not fit at
  ///     their least, some are left out.
  ///   - decorate: styles a cell that is cut and not yet padded; gets row and column.
  package func lines(
    width: Int?, style: Style, decorate: (String, Int, Int) -> String = { text, _, _ in text }
  ) -> [String] {
    let shown = fitted(to: width)
    let heading = shown.map { index, width in
      let title = DisplayWidth.fit(columns[index].title, in: width)
      return pad(title, to: width, numeric: columns[index].isNumeric) { style.dim($0) }
    }
    let body = rows.enumerated().map { number, row in
      joined(
        shown.map { index, width in
          let cell = DisplayWidth.fit(row[index], in: width)
          return pad(cell, to: width, numeric: columns[index].isNumeric) {
            decorate($0, number, index)
          }
        })
    }
    return [joined(heading)] + body
  }

  private static let gap = 2

  private func joined(_ cells: [String]) -> String {
    var line = cells.joined(separator: String(repeating: " ", count: Table.gap))
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }

  private func pad(
    _ text: String, to width: Int, numeric: Bool, style: (String) -> String
  ) -> String {
    let blanks = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
    return numeric ? blanks + style(text) : style(text) + blanks
  }

  /// The columns that are shown, with their widths: what their cells need, and where that is too much, the
  /// widest column gives way first.
  private func fitted(to width: Int?) -> [(index: Int, width: Int)] {
    var shown = columns.indices.map { index in
      (
        index: index,
        width: rows.reduce(DisplayWidth.of(columns[index].title)) {
          max($0, DisplayWidth.of($1[index].printable))
        }
      )
    }
    guard let width else { return shown }
    func total(_ widths: some Sequence<Int>) -> Int {
      widths.reduce(0, +) + Table.gap * max(0, shown.count - 1)
    }
    func least(_ column: (index: Int, width: Int)) -> Int {
      min(column.width, columns[column.index].least)
    }
    while shown.count > 1, total(shown.map(least)) > width {
      let place = shown.indices.max {
        columns[shown[$0].index].leaves < columns[shown[$1].index].leaves
      }
      let leaves = columns[shown[place ?? 0].index].leaves
      if let last = shown.lastIndex(where: { columns[$0.index].leaves == leaves }) {
        shown.remove(at: last)
      }
    }
    while total(shown.map(\.width)) > width {
      let shrinkable = shown.indices.filter { shown[$0].width > least(shown[$0]) }
      guard let widest = shrinkable.max(by: { shown[$0].width < shown[$1].width }) else { break }
      shown[widest].width -= 1
    }
    return shown
  }
}
