/// A sentence with a gap for a label, as "a photo of a {}": CLIP was trained on captions, and sees
/// a label more clearly inside one (Radford et al. 2021, section 3.1.4).
public struct PromptTemplate: Sendable, Hashable {
  private let before: Substring
  private let after: Substring

  /// The template of a text that holds `{}` once; `nil` for others.
  public init?(_ text: String) {
    let parts = text.split(separator: "{}", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    before = parts[0]
    after = parts[1]
  }

  /// The sentence about `label`.
  public func callAsFunction(_ label: String) -> String { "\(before)\(label)\(after)" }
}
