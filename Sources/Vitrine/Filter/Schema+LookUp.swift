extension Schema {
  /// What a name stands for.
  enum LookUp {
    /// The attribute of this number.
    case attribute(Int)
    /// None, and which name may have been meant.
    case unknown(nearest: String?)
  }

  /// The attribute of a name, or of the same in another case or without accents: the only place that knows
  /// how names are read, so that filters, boosts and facets agree.
  ///
  /// - Complexity: O(attributes).
  func lookUp(_ name: String) -> LookUp {
    if let exact = attributes.firstIndex(where: { $0.name == name }) { return .attribute(exact) }
    let folded = Folding.fold(name)
    if let number = attributes.firstIndex(where: { Folding.fold($0.name) == folded }) {
      return .attribute(number)
    }
    return .unknown(nearest: Spelling.nearest(to: name, in: attributes.lazy.map(\.name)))
  }
}
