/// Makes products of the rows of one reader.
struct ProductBuilder {
  /// A product and what of its row could not be used, as column and reason.
  struct Built: Equatable {
    let product: Product
    let dropped: [(column: String, reason: String)]

    static func == (first: Built, second: Built) -> Bool {
      first.product == second.product && first.dropped.elementsEqual(second.dropped, by: ==)
    }
  }

  /// What is wrong with a whole row.
  struct Rejection: Error, Equatable {
    let id: String
    let column: String
    let reason: String
  }

  private enum Role {
    case id, image, ignored
    case attribute(Attribute)
  }

  private let mapping: ColumnMapping
  private let attributes: [String: Attribute]
  private var roles: [Role] = []

  init(mapping: ColumnMapping, schema: Schema) {
    self.mapping = mapping
    attributes = Dictionary(schema.attributes.map { ($0.name, $0) }) { first, _ in first }
  }

  /// The product of a row of a reader with these columns.
  mutating func product(_ row: CatalogueRow, columns: [String]) throws(Rejection) -> Built {
    while roles.count < columns.count { roles.append(role(of: columns[roles.count])) }
    var product = Product(id: "")
    var dropped: [(column: String, reason: String)] = []
    for field in row.fields {
      switch roles[field.column] {
      case .id: product.id = ProductBuilder.id(from: field.value)
      case .image: product.image = ProductBuilder.image(from: field.value)
      case .ignored: break
      case .attribute(let attribute):
        do throws(KindMismatch) {
          product.attributes[attribute.name] = try attribute.value(of: field.value)
        } catch {
          dropped.append(
            (attribute.name, "expected \(error.expected), found \"\(error.found.prefix(60))\""))
        }
      }
    }
    try check(product.id)
    return Built(product: product, dropped: dropped)
  }

  private func check(_ id: String) throws(Rejection) {
    if id.isEmpty { throw Rejection(id: "", column: mapping.id, reason: "there is no id") }
    if let mistake = Product.mistake(inID: id) {
      throw Rejection(id: String(id.prefix(60)), column: mapping.id, reason: mistake)
    }
  }

  private func role(of column: String) -> Role {
    if column == mapping.id { return .id }
    if column == mapping.image { return .image }
    return attributes[column].map(Role.attribute) ?? .ignored
  }

  /// The id as text; numbers as they are written.
  static func id(from raw: RawValue) -> String {
    switch raw {
    case .text(let text), .number(let text): Product.id(inFile: text)
    case .boolean(let flag): flag ? "true" : "false"
    case .list(let items): items.count == 1 ? Product.id(inFile: items[0]) : ""
    }
  }

  /// The image path; the first of several.
  private static func image(from raw: RawValue) -> String? {
    let path: String? =
      switch raw {
      case .text(let text), .number(let text): text.trimmed
      case .boolean: nil
      case .list(let items): items.first?.trimmed
      }
    return path?.isEmpty == true ? nil : path
  }
}
