extension Schema {
  /// This schema, grown at its end by the attributes of `given` and then of `inferred` that it does
  /// not have yet. What is here already stays as it is, but for what parts several values in a cell:
  /// that concerns only how catalogues are read, and is taken from `given`.
  ///
  /// - Throws: ``VitrineError/schema(_:)`` if `given` names an attribute twice, has one that cannot
  ///   be, or contradicts the kind of one that is here, or if there are more attributes than can be
  ///   numbered.
  func merged(given: Schema?, inferred: [Attribute], mapping: ColumnMapping? = nil)
    throws(VitrineError) -> Schema
  {
    var merged = self
    var positions: [String: Int] = [:]
    for (position, attribute) in attributes.enumerated() { positions[attribute.name] = position }
    var names: Set<String> = []
    for attribute in given?.attributes ?? [] {
      guard names.insert(attribute.name).inserted else {
        throw .schema("the schema names \(attribute.name) twice")
      }
      try attribute.check()
      if let position = positions[attribute.name] {
        try attribute.check(against: merged.attributes[position])
        if let separator = attribute.separator {
          merged.attributes[position].separator = separator
        }
      } else {
        positions[attribute.name] = merged.attributes.count
        merged.attributes.append(attribute)
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
  /// - Throws: ``VitrineError/schema(_:)`` if there cannot be such an attribute.
  fileprivate func check() throws(VitrineError) {
    guard !isMultiValued || kind == .keyword || kind == .text else {
      throw .schema("\(name) cannot have several values: it is a \(kind.rawValue)")
    }
    // It would part every letter from the next.
    guard separator != "" else {
      throw .schema("the separator of \(name): expected a sign such as |, found an empty text")
    }
  }

  /// - Throws: ``VitrineError/schema(_:)`` if the index has the attribute as another one.
  fileprivate func check(against known: Attribute) throws(VitrineError) {
    guard known.kind == kind, known.isMultiValued == isMultiValued else {
      throw .schema(
        "the index has \(name) as \(known.summary), the schema given as \(summary): "
          + "make a new index to change it")
    }
  }

  /// The kind in words.
  private var summary: String { kind.rawValue + (isMultiValued ? " (several values)" : "") }
}
