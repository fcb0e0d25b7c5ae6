import ArgumentParser
import Foundation
import Vitrine

extension ReplCommand {
  /// Commands of the command line that make sense on an open index: all but these.
  package static let commandLine: [String] = {
    let others = outside + [EmbedCommand.self]
    return VitrineCommand.commands.filter { command in !others.contains { $0 == command } }
      .compactMap { $0.configuration.commandName }
  }()

  /// Those that want the index for themselves, or a terminal.
  private static var outside: [any ParsableCommand.Type] {
    [ReplCommandLine.self, ServeCommand.self, ReembedCommand.self]
  }

  /// Says where a command is run that the conversation does not have.
  private static func checkShell(_ name: String) throws(Failure) {
    if name == EmbedCommand.configuration.commandName {
      throw .usage("`\(name)` is run from the shell")
    }
    if outside.contains(where: { $0.configuration.commandName == name }) {
      throw .usage("`\(name)` is run from the shell, with this conversation ended")
    }
  }

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
  static func fullName(_ name: String) throws(Failure) -> String {
    let aliases = [
      "q": "quit", "exit": "quit", "h": "help", "?": "help", "n": "next", "f": "filter",
    ]
    let names = ReplUsage.all.map(\.name) + commandLine
    if let alias = aliases[name] { return alias }
    if names.contains(name) { return name }
    try checkShell(name)
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
    case "set": return try set(rest)
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
    if let but = rest.range(of: " but ") {
      let leaning = rest[but.upperBound...].trimmed
      let start = rest[..<but.lowerBound].trimmed
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
    // "1 and 2" are two products.
    let named = words.filter { $0 != "and" }
    let more = named.prefix { $0 != "not" }
    let less = named.dropFirst(more.count + 1)
    return .likeAll(more.map { reference($0) }, not: less.map { reference($0) })
  }

  private static func boost(_ rest: String) throws(Failure) -> ReplCommand {
    if rest.isEmpty { return .boost(nil) }
    return rest == "off" ? .boostOff : .boost(try Boost(words: rest))
  }

  private static func unquoted(_ text: String) -> String {
    guard text.count > 1, let quote = text.first, "\"'".contains(quote), text.last == quote else {
      return text
    }
    return Words.split(text).joined(separator: " ")
  }
}
