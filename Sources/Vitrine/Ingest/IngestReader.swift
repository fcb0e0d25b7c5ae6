/// The first stage: rows of the catalogue to chunks of products.
struct IngestReader {
  let survey: CatalogueSurvey
  let schema: Schema
  let chunkSize: Int

  /// Reads the catalogue and hands over chunks until there are no more, or `send` takes none.
  ///
  /// - Throws: ``VitrineError`` if the catalogue cannot be read on.
  func run(send: (IngestChunk) -> Bool) throws(VitrineError) {
    let reader = try openCatalogue(survey.source.path)
    var builder = ProductBuilder(mapping: survey.mapping, schema: schema)
    var chunk = IngestChunk(number: 0)
    while let entry = try reader.next() {
      chunk.items.append(item(entry, columns: reader.columns, &builder))
      if chunk.items.count == chunkSize {
        let next = IngestChunk(number: chunk.number + 1)
        guard send(chunk) else { return }
        chunk = next
      }
    }
    if !chunk.items.isEmpty { _ = send(chunk) }
  }

  private func item(
    _ entry: CatalogueEntry, columns: [String], _ builder: inout ProductBuilder
  ) -> IngestItem {
    switch entry {
    case .bad(let row, let column, let reason):
      return rejection(row: row, id: "", column: column ?? "", reason: reason)
    case .row(let row):
      do throws(ProductBuilder.Rejection) {
        let built = try builder.product(row, columns: columns)
        let id = built.product.id
        if let later = survey.successor(of: row.number, id: id) {
          return rejection(
            row: row.number, id: id, column: survey.mapping.id,
            reason: "row \(later) has the same id", outcome: .superseded)
        }
        let notes = built.dropped.map { column, reason in
          RowNote(
            row: row.number, id: id, column: column, reason: reason, outcome: .valueDropped)
        }
        return IngestItem(row: row.number, content: .product(built.product), notes: notes)
      } catch {
        return rejection(
          row: row.number, id: error.id, column: error.column, reason: error.reason)
      }
    }
  }

  private func rejection(
    row: Int, id: String, column: String, reason: String, outcome: RowNote.Outcome = .rejected
  ) -> IngestItem {
    IngestItem(
      row: row, content: .nothing,
      notes: [RowNote(row: row, id: id, column: column, reason: reason, outcome: outcome)])
  }
}
