/// What products are shown by. Catalogues say it in names of their own: guessed from those.
extension Schema {
  /// The attribute that names a product in a line; nil if none seems to.
  public var title: Attribute? {
    attribute(
      called: [
        "title", "name", "productdisplayname", "productname", "producttitle", "displayname",
        "product", "label",
      ], [.text, .keyword])
  }

  /// The attribute that tells who makes a product; nil if none seems to.
  public var maker: Attribute? {
    attribute(called: ["brand", "brandname", "manufacturer", "maker"], [.text, .keyword])
  }

  /// The attribute that tells what a product costs; nil if none seems to.
  public var price: Attribute? {
    attribute(called: ["price", "saleprice", "discountedprice"], [.number])
      ?? attributes.first { $0.kind == .number && plain($0.name).contains("price") }
  }

  /// The attribute with the first of the names that there is.
  private func attribute(called names: [String], _ kinds: [Attribute.Kind]) -> Attribute? {
    let candidates = attributes.filter { kinds.contains($0.kind) }
    return names.lazy.compactMap { name in candidates.first { plain($0.name) == name } }.first
  }

  /// The letters of a name, without the names of objects around it.
  private func plain(_ name: String) -> String {
    (name.split(separator: ".").last ?? "").lowercased().filter(\.isLetter)
  }
}
