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

    /// A column.
    package init(_ title: String, isNumeric: Bool = false, least: Int = 6) {
      self.title = title
      self.isNumeric = isNumeric
      self.least = least
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
  ///     their least, those at the end are left out.
  ///   - decorate: styles a cell that is cut and not yet padded; gets row and column.
  package func lines(
    width: Int?, style: Style, decorate: (String, Int, Int) -> String = { text, _, _ in text }
  ) -> [String] {
    let widths = fitted(to: width)
    let heading = zip(columns, widths).map { column, width in
      pad(DisplayWidth.fit(column.title, in: width), to: width, numeric: column.isNumeric) {
        style.dim($0)
      }
    }
    let body = rows.enumerated().map { number, row in
      joined(
        widths.indices.map { index in
          let cell = DisplayWidth.fit(row[index], in: widths[index])
          return pad(cell, to: widths[index], numeric: columns[index].isNumeric) {
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

  /// The width of each column that is shown: what its cells need, and where that is too much, the
  /// widest column gives way first.
  private func fitted(to width: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      rows.reduce(DisplayWidth.of(columns[index].title)) {
        max($0, DisplayWidth.of(DisplayWidth.printable($1[index])))
      }
    }
    guard let width else { return widths }
    func total(_ widths: [Int]) -> Int {
      widths.reduce(0, +) + Table.gap * max(0, widths.count - 1)
    }
    while widths.count > 1, total(zip(widths, columns).map { min($0, $1.least) }) > width {
      widths.removeLast()
    }
    while total(widths) > width {
      let shrinkable = widths.indices.filter { widths[$0] > min(columns[$0].least, widths[$0]) }
      guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
    }
    return widths
  }
}
