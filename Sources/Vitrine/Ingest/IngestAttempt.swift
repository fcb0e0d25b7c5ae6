/// The rows of one id on their way into the index: the last one goes in or, if it cannot be used, the last
/// that can.
struct IngestAttempt {
  /// Where the item stands in its chunk.
  let index: Int
  /// The rows, the last of the catalogue first.
  private let rows: [IngestItem]
  /// Why the first so many cannot be used.
  private var refusals: [String] = []

  /// The rows of an item; nil if it has no product.
  init?(_ item: IngestItem, at index: Int) {
    guard case .product = item.content else { return nil }
    self.index = index
    rows = [item] + item.earlier.reversed()
  }

  /// The product of the last row.
  var lastProduct: Product? { product(of: rows.first) }

  /// The product of the row that is tried now; nil when all have been.
  var product: Product? { product(of: row) }

  /// What is remembered of the row that is tried now.
  var record: ContentRecord? { row?.record }

  private var row: IngestItem? { rows.dropFirst(refusals.count).first }

  private func product(of row: IngestItem?) -> Product? {
    guard case .product(let product)? = row?.content else { return nil }
    return product
  }

  /// Goes on to the row before, if there is one.
  mutating func refuse(_ reason: String) { refusals.append(reason) }

  /// Refuses all rows that are left.
  mutating func refuseAll(_ reason: String) {
    while refusals.count < rows.count { refuse(reason) }
  }

  /// What is to be told of the rows, in their order.
  ///
  /// - Parameters:
  ///   - column: what rows were refused for.
  ///   - idColumn: where their id is.
  ///   - keepsVector: whether all were refused, and the last one went in with the vector that the product had.
  func notes(column: String, idColumn: String, keepsVector: Bool = false) -> [RowNote] {
    let id = lastProduct?.id ?? ""
    let used = keepsVector ? 0 : refusals.count
    let notes = rows.enumerated().map { place, item -> [RowNote] in
      if place > used {
        return [.superseded(row: item.row, id: id, column: idColumn, by: rows[used].row)]
      }
      if place == used, !keepsVector { return item.notes }
      let reason = refusals[place] + (keepsVector ? "; it keeps the vector it has" : "")
      let note = RowNote(
        row: item.row, id: id, column: column, reason: reason,
        outcome: keepsVector ? .valueDropped : .rejected)
      return item.notes + [note]
    }
    return notes.reversed().flatMap { $0 }
  }
}
