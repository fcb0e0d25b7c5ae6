extension [Float] {
  /// Whether this is a vector that can be compared with others: of finite numbers, not all zero.
  package var hasDirection: Bool { allSatisfy(\.isFinite) && contains { $0 != 0 } }
}
