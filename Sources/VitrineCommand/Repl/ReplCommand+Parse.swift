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
    let line = trimmed(line)
    guard !line.isEmpty, !line.hasPrefix("#") else { return .nothing }
    guard line.hasPrefix(":") else { return .search(line) }
    let name = String(line.dropFirst().prefix { !$0.isWhitespace })
    let rest = trimmed(line.dropFirst(name.count + 1))
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
    let near = name.isEmpty ? [] : candidates.sorted()
    let hint = near.isEmpty ? "" : " (\(near.joined(separator: ", "))?)"
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
      let words = Words.split(try required(rest, name))
      return .compare(words[0], model: words.count > 1 ? words[1] : nil)
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
    if let number = Int(text), number > 0, !rest.hasPrefix("\"") { return .hit(number) }
    return .id(text)
  }

  private static func like(_ rest: String) throws(Failure) -> ReplCommand {
    let rest = try required(rest, "like")
    for word in [" but ", " and "] {
      guard let range = rest.range(of: word) else { continue }
      let leaning = trimmed(rest[range.upperBound...])
      guard !leaning.isEmpty else { break }
      return .like(try reference(trimmed(rest[..<range.lowerBound]), "like"), but: leaning)
    }
    let words = Words.split(rest)
    guard words.count > 1 else { return .like(try reference(rest, "like"), but: nil) }
    func references(_ words: some Sequence<String>) -> [Reference] {
      words.map { word in Int(word).map { Reference.hit($0) } ?? .id(word) }
    }
    let more = words.prefix { $0 != "not" }
    let less = words.dropFirst(more.count + 1)
    guard !more.isEmpty else { throw .usage("use :like N|ID … [not N|ID …]") }
    return .likeAll(references(more), not: references(less))
  }

  /// `colour = Red, Pink by 0.2`, or `price near 50 within 20 by 0.1`.
  private static func boost(_ rest: String) throws(Failure) -> ReplCommand {
    if rest.isEmpty { return .boost(nil) }
    if rest == "off" { return .boostOff }
    var words = Words.split(rest.replacing("=", with: " = "))
    var weight: Float = 0.1
    if words.count > 2, words[words.count - 2] == "by" {
      weight = Float(try number(words[words.count - 1], "a boost"))
      words.removeLast(2)
    }
    if let place = words.firstIndex(of: "="), place > 0, place + 1 < words.count {
      let values = words[(place + 1)...].joined(separator: " ").split(separator: ",")
      let name = words[..<place].joined(separator: " ")
      return .boost(Boost(name, .values(values.map { .text(trimmed($0)) }), weight: weight))
    }
    if words.count == 5, words[1] == "near", words[3] == "within" {
      let half = try distance(words[4])
      return .boost(Boost(words[0], .near(try place(words[2]), half: half), weight: weight))
    }
    if words.count == 1 { return .boost(Boost(words[0], .popularity, weight: weight)) }
    throw .usage(
      "use :boost NAME = VALUE [by N], :boost NAME near N within N [by N], or :boost NAME [by N]")
  }

  /// A number, a date, or `now`.
  private static func place(_ text: String) throws(Failure) -> Double {
    if text == "now" { return Date.now.timeIntervalSince1970 }
    if text.contains("-"), let time = Timestamp.span(of: text) { return Double(time.lowerBound) }
    return try number(text, "near")
  }

  /// A number, or days of dates: `30d`.
  private static func distance(_ text: String) throws(Failure) -> Double {
    guard text.hasSuffix("d") else { return try number(text, "a distance") }
    return 86_400 * (try number(String(text.dropLast()), "a distance"))
  }

  private static func number(_ text: String, _ what: String) throws(Failure) -> Double {
    guard let number = Double(text), number.isFinite else {
      throw .usage("\(what) takes a number such as 0.1; found \"\(text)\"")
    }
    return number
  }

  /// The names of all settings.
  package static let settings =
    ["k", "ef", "exact", "pictures", "columns", "keep"] + RankingOptions.names

  private static func setting(_ rest: String) throws(Failure) -> Setting? {
    let words = Words.split(rest)
    guard let name = words.first else { return nil }
    let value = words.dropFirst().joined(separator: " ")
    switch name {
    case "k": return .k(try count(value, name, 1...1000))
    case "ef": return .ef(value == "auto" ? nil : try count(value, name, 1...100_000))
    case "exact": return .exact(try flag(value, name))
    case "pictures": return .pictures(try flag(value, name))
    case "columns": return .columns(value == "auto" ? [] : Array(words.dropFirst()))
    case "keep":
      let names = value == "off" ? [] : Array(words.dropFirst())
      return .keep(value == "auto" || value.isEmpty ? nil : names)
    case _ where RankingOptions.names.contains(name):
      return .ranking(name, value == "auto" ? [] : Array(words.dropFirst()))
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
    return String(text.dropFirst().dropLast())
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    text.trimmingCharacters(in: .whitespaces)
  }
}
