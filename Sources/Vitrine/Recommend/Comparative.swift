/// Qualities in their plain form.
enum Comparative {
  /// A text with its comparatives made plain: "darker" is "dark", "more formal" is "formal". Only English
  /// ones that products are compared by are known: leather is no more of "leath".
  static func positive(_ text: String) -> String {
    let words = text.split(separator: " ")
    let plain = words.map { known[$0.lowercased()] ?? String($0) }
    let isMore = plain.count > 1 && plain[0].lowercased() == "more"
    return (isMore ? plain.dropFirst() : plain[...]).joined(separator: " ")
  }

  private static let known = Dictionary(
    uniqueKeysWithValues: regular.map { ($0 + "er", $0) } + irregular)

  private static let regular = [
    "bold", "bright", "calm", "cheap", "clean", "cool", "dark", "deep", "firm", "fresh", "hard",
    "high",
    "light", "long", "loud", "low", "new", "old", "plain", "quiet", "rich", "rough", "round",
    "sharp",
    "short", "slender", "small", "smart", "smooth", "soft", "stiff", "straight", "strong", "sweet",
    "tall",
    "thick", "tight", "tough", "warm", "young",
  ]

  private static let irregular = [
    ("bigger", "big"), ("busier", "busy"), ("curvier", "curvy"), ("denser", "dense"),
    ("dressier", "dressy"), ("fancier", "fancy"), ("finer", "fine"), ("flatter", "flat"),
    ("heavier", "heavy"), ("larger", "large"), ("looser", "loose"), ("narrower", "narrow"),
    ("paler", "pale"), ("shinier", "shiny"), ("simpler", "simple"), ("slimmer", "slim"),
    ("sportier", "sporty"), ("thinner", "thin"), ("wider", "wide"),
  ]
}
