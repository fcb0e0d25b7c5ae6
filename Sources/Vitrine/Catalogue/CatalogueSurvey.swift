/// A first look at a whole catalogue: how long it is, what its columns hold, which ids it names.
///
/// Reading takes seconds where embedding takes hours, so kinds are inferred from every value, not
/// from a sample; memory is 16 bytes a row and a few thousand values a column.
package struct CatalogueSurvey {
  package let source: CatalogueSource
  package let mapping: ColumnMapping
  /// Rows that can be read.
  package private(set) var rows = 0
  /// Rows that cannot.
  package private(set) var badRows = 0
  /// Rows that can be read, but for an id.
  package private(set) var rowsWithoutID = 0
  /// The attributes of the columns, in their order.
  package private(set) var attributes: [Attribute] = []
  /// What the owner of the catalogue should know of its columns.
  package private(set) var hints: [String] = []
  /// The last row of each id, by the id's hash.
  private var lastRow: [Int: Int32] = [:]

  /// Reads the catalogue once.
  ///
  /// - Throws: ``VitrineError`` if it cannot be read or has no column of ids, `CancellationError`
  ///   when `isCancelled` says so.
  package init(
    _ source: CatalogueSource, stored: Schema, isCancelled: () -> Bool = { false }
  ) throws {
    self.source = source
    mapping = try ColumnMapping(
      columns: try CatalogueSurvey.firstColumns(source), source: source, stored: stored)
    let reader = try openCatalogue(source.path)
    var columns: [ColumnSurvey] = []
    while let entry = try reader.next() {
      guard case .row(let row) = entry else {
        badRows += 1
        continue
      }
      rows += 1
      if rows % 1024 == 0, isCancelled() { throw CancellationError() }
      while columns.count < reader.columns.count { columns.append(ColumnSurvey()) }
      var id = ""
      for field in row.fields {
        if reader.columns[field.column] == mapping.id {
          id = ProductBuilder.id(from: field.value)
        } else {
          columns[field.column].add(field.value, row: row.number)
        }
      }
      if Product.mistake(inID: id) == nil {
        lastRow[Self.key(id)] = Int32(clamping: row.number)
      } else {
        rowsWithoutID += 1
      }
    }
    attributes = zip(reader.columns, columns).compactMap { name, column in
      name == mapping.id || name == mapping.image ? nil : column.attribute(named: name)
    }
    hints = hints(on: columns, named: reader.columns, stored)
  }

  /// What is told of columns that nobody has said the kind of, and of kinds that no column is of.
  private func hints(
    on columns: [ColumnSurvey], named names: [String], _ stored: Schema
  ) -> [String] {
    let given = source.schema?.attributes.map(\.name) ?? []
    let ofColumns = zip(names, columns).compactMap { name, column -> String? in
      if [mapping.id, mapping.image].contains(name) { return nil }
      if given.contains(name) || stored[name] != nil { return nil }
      return column.hint.map { "column \(name): \($0)" }
    }
    let unknown = given.filter { !names.contains($0) && stored[$0] == nil }
    return ofColumns
      + unknown.map { name in
        let near = Spelling.nearest(to: name, in: names)
        return "the schema names \"\(name)\", which no row has"
          + Spelling.hint(near)
      }
  }

  /// Whether the catalogue names this id.
  package func names(_ id: String) -> Bool { lastRow[Self.key(id)] != nil }

  private static func key(_ id: String) -> Int { IDBytes(id).hashValue }

  /// The later row that names the same id, if there is one.
  package func successor(of row: Int, id: String) -> Int? {
    guard let last = lastRow[Self.key(id)], last > row else { return nil }
    return Int(last)
  }

  /// The columns of the first thousand rows; a CSV has all of them in its header. Where all of these are bad
  /// the first tells what is wrong.
  fileprivate static func firstColumns(_ source: CatalogueSource) throws(VitrineError) -> [String] {
    let reader = try openCatalogue(source.path)
    var mistake: VitrineError?
    for _ in 0..<1000 {
      guard let entry = try reader.next() else { break }
      if case .bad(let row, let column, let reason) = entry, mistake == nil {
        mistake = .badData(path: source.path, row: row, column: column, reason: reason)
      }
    }
    if reader.columns.isEmpty {
      throw mistake
        ?? .badData(
          path: source.path, row: 1, column: nil, reason: "expected an id, found nothing in any row"
        )
    }
    return reader.columns
  }
}

extension CatalogueSource {
  /// Looks at the beginning of the catalogue and for its photographs, which is quick, so that what
  /// cannot be ingested is noticed before an index is made for it.
  ///
  /// - Parameter stored: the schema of the index, if there is one already.
  /// - Throws: ``VitrineError`` as ingestion would.
  public func check(against stored: Schema = Schema()) throws(VitrineError) {
    _ = try ColumnMapping(
      columns: try CatalogueSurvey.firstColumns(self), source: self, stored: stored)
    _ = try stored.merged(given: schema, inferred: [])
    if let images, FileBytes.canonical(images) == nil {
      throw .file(path: images, reason: systemMessage())
    }
  }
}
