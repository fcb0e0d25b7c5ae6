extension Decoder {
  /// Refuses an object with members that mean nothing: a misspelt one would otherwise be left out
  /// in silence, and a search without its filter would look like an answer.
  package func refuseMembers<Key: CodingKey & CaseIterable>(besides known: Key.Type) throws {
    let names = Key.allCases.map(\.stringValue)
    let container = try container(keyedBy: AnyKey.self)
    guard let unknown = container.allKeys.first(where: { !names.contains($0.stringValue) }) else {
      return
    }
    let near = Spelling.nearest(to: unknown.stringValue, in: names)
    throw DecodingError.dataCorruptedError(
      forKey: unknown, in: container,
      debugDescription: "unknown member \"\(unknown.stringValue)\"" + Spelling.hint(near))
  }
}

/// Any member of an object.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
