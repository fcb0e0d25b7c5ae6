package import Vitrine

/// What may stand where a word is being typed.
package struct Completion: Equatable {
  /// The word as far as it is typed, with its opening quote.
  package let word: String
  /// What it may become, whole words as they would be typed.
  package let candidates: [String]

  /// What to insert: the rest of the only candidate with a blank behind it, or as much as the
  /// candidates share.
  package let insertion: String
  /// Whether what is inserted takes the place of the word, because its case or quotes differ.
  package let isReplacing: Bool

  /// The candidates that the word may become, without regard to case and quotes.
  ///
  /// - Parameters:
  ///   - bare: the word without its quotes; nil where it has none.
  ///   - names: what there is, without quotes.
  ///   - written: a name as it would be typed.
  package init(
    word: String, bare: String? = nil, from names: [String],
    written: (_ name: String) -> String = { $0 }
  ) {
    let bare = bare ?? word
    let meant = names.filter { $0.lowercased().hasPrefix(bare.lowercased()) }
    self.word = word
    candidates = meant.map(written)
    var aim = ""
    if candidates.count == 1, !candidates[0].isEmpty {
      // Within a folder there may be more to type.
      aim = candidates[0] + (candidates[0].hasSuffix("/") ? "" : " ")
    } else if candidates.count > 1 {
      let shared = Self.shared(meant)
      if shared.count > bare.count { aim = Self.begun(shared, written) }
    }
    isReplacing = !aim.isEmpty && !aim.hasPrefix(word)
    insertion = isReplacing ? aim : String(aim.dropFirst(word.count))
  }

  /// What all names begin with.
  private static func shared(_ names: [String]) -> String {
    guard var shared = names.first else { return "" }
    for name in names.dropFirst() {
      shared = String(zip(shared, name).prefix { $0 == $1 }.map(\.0))
    }
    return shared
  }

  /// The beginning of a name as it would be typed, without a quote that ends it.
  private static func begun(_ beginning: String, _ written: (String) -> String) -> String {
    let longer = written(beginning + "x")
    return String(longer.dropLast(longer.hasPrefix("\"") ? 2 : 1))
  }
}

/// What an index offers for completion.
package protocol Vocabulary {
  /// Its attributes.
  var attributes: [Attribute] { get }
  /// Values of an attribute that begin so, most frequent first.
  func values(of attribute: String, prefix: String) -> [String]
  /// Ids of products that begin so.
  func ids(prefix: String) -> [String]
}

extension Vocabulary {
  /// The names of all attributes.
  fileprivate var names: [String] { attributes.map(\.name) }
  /// The names of those whose values can be compared, counted and put in order.
  fileprivate var comparable: [String] { attributes.filter { $0.kind != .text }.map(\.name) }
}

/// Completes lines of the REPL.
package enum Completer {
  /// - Parameter line: the line up to the cursor.
  package static func complete(_ line: String, vocabulary: some Vocabulary) -> Completion {
    let line = String(line.drop { $0.isWhitespace })
    let tokens = Tokens(line, parting: "")
    func words(_ names: [String]) -> Completion {
      Completion(word: tokens.last, bare: tokens.bareLast, from: names) {
        Words.quoted($0, like: tokens.last)
      }
    }
    guard line.hasPrefix(":") else { return words([]) }
    guard let typed = tokens.complete.first else {
      return words(commands.map { ":" + $0 })
    }
    let command = try? ReplCommand.fullName(String(typed.dropFirst()))
    switch command {
    case "filter", "and":
      let tokens = Tokens(line, parting: "(,", operators: "=<>!")
      return filter(tokens, vocabulary, besides: command == "filter" ? ["off"] : [])
    case "boost": return boost(Tokens(line, parting: "", operators: Boost.signs), vocabulary)
    case "like", "show", "explain", "open", "delete", "recommend":
      return words(vocabulary.ids(prefix: tokens.bareLast))
    case "facets": return words(vocabulary.comparable)
    case "set": return words(settings(tokens, vocabulary))
    case "image", "save", "compare", "index", "import":
      return words(Paths.beginning(with: tokens.bareLast))
    case "help": return words(commands)
    default: return words([])
    }
  }

  /// The names of all settings, or what one of them may be set to.
  private static func settings(_ tokens: Tokens, _ vocabulary: some Vocabulary) -> [String] {
    let before = tokens.complete.dropFirst()
    guard let name = before.first else { return ReplSetting.names }
    guard let setting = ReplSetting(rawValue: name) else { return [] }
    let isFirst = before.count == 1
    let resets = isFirst ? ["auto", "off"] : []
    switch setting.kind {
    case .flag: return isFirst ? ["on", "off", "auto"] : []
    case .choice(let values): return isFirst ? values + resets : []
    case .attributes(comparable: true):
      let isFalling = setting == .sort && tokens.bareLast.hasPrefix("-")
      return vocabulary.comparable.map { isFalling ? "-" + $0 : $0 } + resets
    case .attributes(comparable: false): return vocabulary.names + resets
    case .number: return resets
    }
  }

  /// The names of all commands.
  private static var commands: [String] {
    Set(ReplUsage.all.map(\.name) + ReplCommand.commandLine).sorted()
  }

  /// Attribute, operator, value, `and`: what comes next follows from what stands before.
  ///
  /// - Parameter words: what may stand there instead of a filter.
  private static func filter(
    _ tokens: Tokens, _ vocabulary: some Vocabulary, besides words: [String]
  ) -> Completion {
    let before = tokens.complete.dropFirst().map { $0.lowercased() }
    let last = before.last ?? ""
    if let attribute = tokens.attributeBeforeValue {
      let values = vocabulary.values(of: attribute, prefix: tokens.bareLast)
      return Completion(word: tokens.last, bare: tokens.bareLast, from: values) {
        Filter.quoted($0, always: tokens.isQuoted)
      }
    }
    if before.isEmpty || ["and", "or", "not", "exists", "("].contains(last) {
      let names = last == "exists" ? vocabulary.names : vocabulary.comparable
      return Completion(
        word: tokens.last, bare: tokens.bareLast, from: names + (before.isEmpty ? words : [])
      ) { Filter.quoted($0) }
    }
    let attribute = vocabulary.attributes.first { $0.name.lowercased() == last }
    if let attribute, before.dropLast().last != "exists" {
      return Completion(word: tokens.last, from: operators(for: attribute.kind))
    }
    return Completion(word: tokens.last, from: ["and", "or"])
  }

  /// What comes next in a boost, as ``Boost/init(words:)`` reads it.
  private static func boost(_ tokens: Tokens, _ vocabulary: some Vocabulary) -> Completion {
    let before = tokens.complete.dropFirst().map(Tokens.unquoted)
    func names(_ names: [String]) -> Completion {
      Completion(word: tokens.last, bare: tokens.bareLast, from: names) {
        Words.quoted($0, always: tokens.isQuoted, beside: Boost.signs)
      }
    }
    func signs(_ signs: [String]) -> Completion { Completion(word: tokens.last, from: signs) }
    guard let name = before.first, let last = before.last else {
      return names(vocabulary.comparable + ["off"])
    }
    let kind = vocabulary.attributes.named(name)?.kind
    switch (before.count, last) {
    case (1, _):
      switch kind {
      case .keyword, .boolean: return signs(["="])
      case .number: return signs(["=", "near", "by"])
      case .date: return signs(["=", "near"])
      case .text, nil: return signs([])
      }
    case (_, "="), (_, ","): return names(vocabulary.values(of: name, prefix: tokens.bareLast))
    case (2, "near"): return signs(kind == .date ? ["now"] : [])
    case (3, _) where before[1] == "near": return signs(["within"])
    case (4, "within"), (_, "by"): return signs([])
    default: return signs(before.dropLast().last == "by" ? [] : ["by"])
    }
  }

  private static func operators(for kind: Attribute.Kind) -> [String] {
    switch kind {
    case .text: []
    case .keyword, .boolean: ["=", "!=", "in"]
    case .number, .date: ["=", "!=", "<", "<=", ">", ">=", "in", "between"]
    }
  }
}

/// A line up to the cursor as words; quotes keep words together, and a backslash takes the next
/// character as it is.
private struct Tokens {
  /// The words that are finished.
  private(set) var complete: [String] = []
  /// The word being typed, with its opening quote.
  private(set) var last = ""

  /// - Parameters:
  ///   - signs: what parts words as blanks do.
  ///   - operators: what parts words and is one itself, with what follows of its kind.
  init(_ line: String, parting signs: String, operators: String = "") {
    var quote: Character?
    var isEscaped = false
    for character in line {
      if quote == nil, let end = last.last, operators.contains(end) != operators.contains(character)
      {
        complete.append(last)
        last = ""
      }
      if character == quote, !isEscaped {
        quote = nil
      } else if quote == nil, !isEscaped, character == "\"" || (character == "'" && last.isEmpty) {
        // Within a word the second one is an apostrophe.
        quote = character
      }
      isEscaped = character == "\\" && !isEscaped
      if quote == nil, character.isWhitespace || signs.contains(character) {
        if !last.isEmpty { complete.append(last) }
        last = ""
        if character == "(" { complete.append("(") }
      } else {
        last.append(character)
      }
    }
  }

  /// The word being typed without its quotes.
  var bareLast: String { Self.unquoted(last) }

  /// Whether the word being typed begins with a quote.
  var isQuoted: Bool { last.hasPrefix("\"") || last.hasPrefix("'") }

  /// The attribute whose value is being typed: `brand =` or `brand in (A,`.
  var attributeBeforeValue: String? {
    let operators = ["=", "!=", "<", "<=", ">", ">=", "in", "between"]
    if let open = complete.lastIndex(of: "("), open >= 2, complete[open - 1].lowercased() == "in" {
      return Self.unquoted(complete[open - 2])
    }
    guard complete.count >= 2, operators.contains(complete[complete.count - 1].lowercased()) else {
      return nil
    }
    return Self.unquoted(complete[complete.count - 2])
  }

  static func unquoted(_ word: String) -> String {
    // The dash of a falling order is in front of the quote.
    let first = word.hasPrefix("-") ? word.dropFirst().first : word.first
    return first == "\"" || first == "'" ? Words.split(word).joined() : word
  }
}
