/// The first stage: rows of the catalogue to chunks of products.
struct IngestReader {
  let survey: CatalogueSurvey
  let schema: Schema
  let chunkSize: Int
  /// Whether the last row but one of an id is kept until the last comes, and tried if that cannot be used.
  /// Otherwise it is noted where it stands.
  var keepsEarlier = true

  /// Reads the catalogue and hands over chunks until there are no more, or `send` takes none.
  ///
  /// - Throws: ``VitrineError`` if the catalogue cannot be read on.
  func run(send: (IngestChunk) -> Bool) throws(VitrineError) {
    let reader = try openCatalogue(survey.source.path)
    var builder = ProductBuilder(mapping: survey.mapping, schema: schema)
    var earlier = EarlierRows(most: keepsEarlier ? 32 << 20 : 0)
    var chunks = IngestChunks(of: chunkSize)
    while let entry = try reader.next() {
      let item = item(entry, columns: reader.columns, &builder, &earlier)
      guard chunks.add(item, send: send) else { return }
    }
    chunks.flush(send: send)
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
      guard let left = earlier.keep(item, id: id) else {
        return IngestItem(row: row, content: .nothing)
      }
      let next = left == row ? later : row
      return IngestItem(
        row: row, content: .nothing,
        notes: [.superseded(row: left, id: id, column: survey.mapping.id, by: next)])
    }
    item.earlier = earlier.take(id: id).map { [$0] } ?? []
    return item
  }

  private func rejection(row: Int, id: String, column: String, reason: String) -> IngestItem {
    IngestItem(
      row: row, content: .nothing,
      notes: [RowNote(row: row, id: id, column: column, reason: reason, outcome: .rejected)])
  }
}

/// The last rows so far of ids that come again.
private struct EarlierRows {
  /// Bytes of text that are kept at most.
  let most: Int
  private var rows: [IDBytes: IngestItem] = [:]
  private var size = 0

  init(most: Int) { self.most = most }

  /// Keeps a row in the place of the one before it.
  ///
  /// - Returns: the number of the row that is not kept any more, or that there is no room for.
  mutating func keep(_ item: IngestItem, id: String) -> Int? {
    let before = take(id: id)
    let fits = size + item.size <= most
    if let kept = fits ? item : before {
      rows[IDBytes(id)] = kept
      size += kept.size
    }
    return fits ? before?.row : item.row
  }

  /// The row of an id, which is let go of.
  mutating func take(id: String) -> IngestItem? {
    if rows.isEmpty { return nil }
    let taken = rows.removeValue(forKey: IDBytes(id))
    size -= taken?.size ?? 0
    return taken
  }
}

extension IngestItem {
  /// About how many bytes it holds.
  fileprivate var size: Int {
    guard case .product(let product) = content else { return 0 }
    return product.attributes.reduce(200) { $0 + 100 + $1.value.plainText.utf8.count }
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
