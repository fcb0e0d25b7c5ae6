extension Schema {
  /// This schema, grown at its end by the attributes of `given` and then of `inferred` that it does
  /// not have yet. What is here already stays as it is.
  ///
  /// - Throws: ``VitrineError/schema(_:)`` if `given` names an attribute twice, or contradicts the
  ///   kind of one that is here, or if there are more attributes than can be numbered.
  func merged(given: Schema?, inferred: [Attribute], mapping: ColumnMapping? = nil)
    throws(VitrineError) -> Schema
  {
    var merged = self
    var positions: [String: Attribute] = [:]
    for attribute in attributes { positions[attribute.name] = attribute }
    var names: Set<String> = []
    for attribute in given?.attributes ?? [] {
      guard names.insert(attribute.name).inserted else {
        throw .schema("the schema names \(attribute.name) twice")
      }
      guard !attribute.isMultiValued || attribute.kind == .keyword || attribute.kind == .text
      else {
        throw .schema(
          "\(attribute.name) cannot have several values: it is a \(attribute.kind.rawValue)")
      }
      if let known = positions[attribute.name] {
        guard known.kind == attribute.kind, known.isMultiValued == attribute.isMultiValued else {
          throw .schema(
            "the index has \(attribute.name) as \(known.summary), the schema given as "
              + "\(attribute.summary): make a new index to change it")
        }
      } else {
        merged.attributes.append(attribute)
        positions[attribute.name] = attribute
      }
    }
    merged.attributes += inferred.filter { positions[$0.name] == nil }
    guard merged.attributes.count <= ColumnTerm.mostAttributes else {
      throw .schema(
        "expected at most \(ColumnTerm.mostAttributes) attributes in an index, found "
          + "\(merged.attributes.count)")
    }
    if let mapping {
      merged.id = mapping.id
      merged.image = mapping.image
    }
    return merged
  }
}

extension Attribute {
  /// The kind in words.
  fileprivate var summary: String { kind.rawValue + (isMultiValued ? " (several values)" : "") }
}
