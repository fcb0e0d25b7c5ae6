import Foundation
import Vitrine

extension ReplCommand {
  /// Commands of the command line that make sense on an open index.
  package static let commandLine = [
    "stats", "verify", "compact", "export", "delete", "index", "import", "search", "classify",
    "evaluate", "recommend", "doctor", "model",
  ]

  /// Reads a line. A line without a colon in front is a search.
  ///
  /// - Throws: ``Failure`` saying how the command is used.
  package static func parse(_ line: String) throws(Failure) -> ReplCommand {
    let line = line.trimmed
    guard !line.isEmpty, !line.hasPrefix("#") else { return .nothing }
    guard line.hasPrefix(":") else { return .search(line) }
    let name = String(line.dropFirst().prefix { !$0.isWhitespace })
    let rest = line.dropFirst(name.count + 1).trimmed
    return try command(try fullName(name), rest)
  }

  /// The command of this name or of this unambiguous beginning.
  private static func fullName(_ name: String) throws(Failure) -> String {
    let aliases = [
      "q": "quit", "exit": "quit", "h": "help", "?": "help", "n": "next", "f": "filter",
    ]
    let names = ReplUsage.all.map(\.name) + commandLine
    if let alias = aliases[name] { return alias }
    if names.contains(name) { return name }
    let candidates = Set(names.filter { $0.hasPrefix(name) })
    if candidates.count == 1, !name.isEmpty { return candidates.first ?? name }
    let near =
      candidates.isEmpty
      ? Spelling.nearest(to: name, in: names).map { [$0] } ?? [] : candidates.sorted()
    let hint = name.isEmpty || near.isEmpty ? "" : " (\(near.joined(separator: ", "))?)"
    throw .usage("there is no command :\(name)\(hint); :help lists them")
  }

  private static func command(_ name: String, _ rest: String) throws(Failure) -> ReplCommand {
    switch name {
    case "filter": return .filter(rest.isEmpty ? nil : rest == "off" ? "" : rest)
    case "and": return .narrow(try required(rest, name))
    case "boost": return try boost(rest)
    case "like": return try like(rest)
    case "image": return .image(unquoted(try required(rest, name)))
    case "facets": return .facets(Words.split(rest))
    case "explain": return .explain(try reference(rest, name))
    case "next": return .next
    case "show": return .show(try reference(rest, name))
    case "open": return .open(try reference(rest, name))
    case "compare":
      let words = Words.split(rest)
      return .compare(try required(words.first ?? "", name), model: words.dropFirst().first)
    case "set": return .set(try setting(rest))
    case "save": return .save(unquoted(try required(rest, name)))
    case "help": return .help(rest.isEmpty ? nil : rest.trimmingCharacters(in: [":"]))
    case "quit": return .quit
    default: return .run([name] + Words.split(rest))
    }
  }

  private static func required(_ rest: String, _ name: String) throws(Failure) -> String {
    guard rest.isEmpty, let usage = ReplUsage.all.first(where: { $0.name == name }) else {
      return rest
    }
    throw .usage("use :\(name) \(usage.arguments)")
  }

  private static func reference(_ rest: String, _ name: String) throws(Failure) -> Reference {
    let text = unquoted(try required(rest, name))
    return rest.hasPrefix("\"") ? .id(text) : reference(text)
  }

  private static func reference(_ word: String) -> Reference {
    if let number = Int(word), number > 0, "\(number)" == word { .hit(number) } else { .id(word) }
  }

  private static func like(_ rest: String) throws(Failure) -> ReplCommand {
    let rest = try required(rest, "like")
    for word in [" but ", " and "] {
      guard let range = rest.range(of: word) else { continue }
      let leaning = rest[range.upperBound...].trimmed
      let start = rest[..<range.lowerBound].trimmed
      guard start.hasPrefix("\"") || Words.split(start).count == 1 else {
        throw .usage("a walk begins at one product: use :like N|ID but WORDS")
      }
      return .like(try reference(start, "like"), but: leaning)
    }
    let words = Words.split(rest)
    guard let last = words.last, words.count > 1 else {
      return .like(try reference(rest, "like"), but: nil)
    }
    let joints = ["but", "and", "not"]
    guard !joints.contains(words[0]), !joints.contains(last) else {
      throw .usage("use :like N|ID [but WORDS], or :like N|ID … [not N|ID …]")
    }
    let more = words.prefix { $0 != "not" }
    let less = words.dropFirst(more.count + 1)
    return .likeAll(more.map { reference($0) }, not: less.map { reference($0) })
  }

  private static func boost(_ rest: String) throws(Failure) -> ReplCommand {
    if rest.isEmpty { return .boost(nil) }
    return rest == "off" ? .boostOff : .boost(try Boost(words: rest))
  }

  /// The names of all settings.
  package static let settings =
    ["k", "ef", "exact", "pictures", "columns", "keep"] + RankingOptions.names

  private static func setting(_ rest: String) throws(Failure) -> Setting? {
    let words = Words.split(rest)
    guard let name = words.first else { return nil }
    let value = words.dropFirst().joined(separator: " ")
    let isReset = ["auto", "off"].contains(value)
    switch name {
    case "k": return .k(try count(value, name, 1...Query.Limits.candidates))
    case "ef":
      return .ef(isReset ? nil : try count(value, name, 1...Query.Limits.candidates))
    case "exact": return .exact(try flag(value, name))
    case "pictures": return .pictures(try flag(value, name))
    case "columns": return .columns(isReset ? [] : Array(words.dropFirst()))
    case "keep":
      let names = value == "off" ? [] : Array(words.dropFirst())
      return .keep(value == "auto" || value.isEmpty ? nil : names)
    case _ where RankingOptions.names.contains(name):
      return .ranking(name, isReset ? [] : Array(words.dropFirst()))
    default:
      throw .usage("there is no setting \"\(name)\": \(settings.joined(separator: ", "))")
    }
  }

  private static func count(
    _ value: String, _ name: String, _ range: ClosedRange<Int>
  ) throws(Failure) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw .usage(
        "\(name) is a number from \(range.lowerBound) to \(range.upperBound); found \"\(value)\"")
    }
    return number
  }

  private static func flag(_ value: String, _ name: String) throws(Failure) -> Bool {
    switch value {
    case "on", "yes", "true": return true
    case "off", "no", "false": return false
    default: throw .usage("\(name) is on or off; found \"\(value)\"")
    }
  }

  private static func unquoted(_ text: String) -> String {
    guard text.count > 1, let quote = text.first, "\"'".contains(quote), text.last == quote else {
      return text
    }
    return Words.split(text).joined(separator: " ")
  }
}
