/// A product on its way into the index: what its last row says, with that row's photograph or, if it cannot
/// be used, that of the row of the same id before.
struct IngestAttempt {
  /// Where the item stands in its chunk.
  let index: Int
  /// The rows, the last of the catalogue first.
  private let rows: [IngestItem]
  /// Why the photographs of the first so many cannot be used.
  private var refusals: [String] = []

  /// The rows of an item; nil if it has no product.
  init?(_ item: IngestItem, at index: Int) {
    guard case .product = item.content else { return nil }
    self.index = index
    rows = [item] + item.earlier
  }

  /// What the last row says.
  var lastProduct: Product? { product(of: rows.first) }

  /// The same with the photograph that is tried now; nil when all have been.
  var product: Product? {
    guard let tried = product(of: row), var product = lastProduct else { return nil }
    product.image = tried.image
    return product
  }

  /// What is remembered of the row that is tried now.
  var record: ContentRecord? { row?.record }

  /// Whether that row's words were embedded for want of a photograph.
  var wasWords: Bool { row?.wasWords ?? false }

  private var row: IngestItem? { rows.dropFirst(refusals.count).first }

  private func product(of row: IngestItem?) -> Product? {
    guard case .product(let product)? = row?.content else { return nil }
    return product
  }

  /// Goes on to the photograph of the row before, if there is one.
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
  ///   - keepsVector: whether the product goes in with the vector that it had.
  func notes(column: String, idColumn: String, keepsVector: Bool = false) -> [RowNote] {
    guard let last = rows.first, let id = lastProduct?.id else { return [] }
    func note(_ row: IngestItem, _ reason: String, _ outcome: RowNote.Outcome) -> RowNote {
      RowNote(row: row.row, id: id, column: column, reason: reason, outcome: outcome)
    }
    guard keepsVector || refusals.count < rows.count else {
      return zip(rows, refusals).reversed().flatMap { $0.notes + [note($0, $1, .rejected)] }
    }
    let replaced = rows.dropFirst().map { row in
      RowNote.superseded(row: row.row, id: id, column: idColumn, by: last.row)
    }
    guard let reason = refusals.first else { return replaced + last.notes }
    let instead =
      keepsVector
      ? "it keeps the vector it has"
      : "the photograph of row \(rows[refusals.count].row) is in its place"
    return replaced + last.notes + [note(last, "\(reason); \(instead)", .valueDropped)]
  }
}
