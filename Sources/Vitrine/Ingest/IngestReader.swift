/// The first stage: rows of the catalogue to chunks of products.
struct IngestReader {
  let survey: CatalogueSurvey
  let schema: Schema
  let chunkSize: Int
  /// Whether rows of which a later one has the id are kept until that comes, and tried if it cannot be used.
  /// Otherwise they are noted where they stand.
  var keepsEarlier = true

  /// Reads the catalogue and hands over chunks until there are no more, or `send` takes none.
  ///
  /// - Throws: ``VitrineError`` if the catalogue cannot be read on.
  func run(send: (IngestChunk) -> Bool) throws(VitrineError) {
    let reader = try openCatalogue(survey.source.path)
    var builder = ProductBuilder(mapping: survey.mapping, schema: schema)
    var earlier = EarlierRows(most: keepsEarlier ? 100_000 : 0)
    var chunk = IngestChunk(number: 0)
    while let entry = try reader.next() {
      chunk.items.append(item(entry, columns: reader.columns, &builder, &earlier))
      if chunk.items.count == chunkSize {
        let next = IngestChunk(number: chunk.number + 1)
        guard send(chunk) else { return }
        chunk = next
      }
    }
    if !chunk.items.isEmpty { _ = send(chunk) }
  }

  private func item(
    _ entry: CatalogueEntry, columns: [String], _ builder: inout ProductBuilder,
    _ earlier: inout EarlierRows
  ) -> IngestItem {
    switch entry {
    case .bad(let row, let column, let reason):
      return rejection(row: row, id: "", column: column ?? "", reason: reason)
    case .row(let row):
      do throws(ProductBuilder.Rejection) {
        let built = try builder.product(row, columns: columns)
        return item(built, row: row.number, &earlier)
      } catch {
        return rejection(
          row: row.number, id: error.id, column: error.column, reason: error.reason)
      }
    }
  }

  private func item(
    _ built: ProductBuilder.Built, row: Int, _ earlier: inout EarlierRows
  ) -> IngestItem {
    let id = built.product.id
    let notes = built.dropped.map { column, reason in
      RowNote(row: row, id: id, column: column, reason: reason, outcome: .valueDropped)
    }
    var item = IngestItem(row: row, content: .product(built.product), notes: notes)
    if let later = survey.successor(of: row, id: id) {
      if earlier.keep(item, id: id) { return IngestItem(row: row, content: .nothing) }
      return IngestItem(
        row: row, content: .nothing,
        notes: [.superseded(row: row, id: id, column: survey.mapping.id, by: later)])
    }
    item.earlier = earlier.take(id: id)
    return item
  }

  private func rejection(row: Int, id: String, column: String, reason: String) -> IngestItem {
    IngestItem(
      row: row, content: .nothing,
      notes: [RowNote(row: row, id: id, column: column, reason: reason, outcome: .rejected)])
  }
}

/// Rows that are kept until the last one of their id comes.
private struct EarlierRows {
  /// So many are kept at most, since they are in memory.
  let most: Int
  private var rows: [IDBytes: [IngestItem]] = [:]
  private var count = 0

  init(most: Int) { self.most = most }

  /// Keeps a row; false if there is no room.
  mutating func keep(_ item: IngestItem, id: String) -> Bool {
    guard count < most else { return false }
    rows[IDBytes(id), default: []].append(item)
    count += 1
    return true
  }

  /// The rows of an id, which are let go of.
  mutating func take(id: String) -> [IngestItem] {
    if count == 0 { return [] }
    let taken = rows.removeValue(forKey: IDBytes(id)) ?? []
    count -= taken.count
    return taken
  }
}

extension RowNote {
  /// A note on a row in whose place a later one of its id came.
  static func superseded(row: Int, id: String, column: String, by later: Int) -> RowNote {
    RowNote(
      row: row, id: id, column: column, reason: "row \(later) has the same id",
      outcome: .superseded)
  }
}
