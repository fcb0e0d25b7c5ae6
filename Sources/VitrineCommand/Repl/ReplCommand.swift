package import Vitrine

/// What a line of the REPL asks for.
package enum ReplCommand: Hashable, Sendable {
  /// Nothing: an empty line or a comment.
  case nothing
  /// A new search for words.
  case search(String)
  /// Shows the filter (nil), replaces it, or with an empty text takes it away.
  case filter(String?)
  /// Adds a condition to the filter.
  case narrow(String)
  /// Shows the boosts (nil) or adds one.
  case boost(Boost?)
  /// Takes all boosts away.
  case boostOff
  /// Products like a hit or an id, perhaps leaning some way.
  case like(Reference, but: String?)
  /// Products like several, and unlike others.
  case likeAll([Reference], not: [Reference])
  /// Products like a photograph.
  case image(String)
  /// Counts of an attribute's values among the results; of all small attributes if none is named.
  case facets([String])
  /// Where the score of a hit comes from.
  case explain(Reference)
  /// The next page.
  case next
  /// Shows one product with all its attributes and its picture.
  case show(Reference)
  /// Opens a product's picture with the desktop's viewer.
  case open(Reference)
  /// The same search on this index and another, side by side, the other with its model if it has
  /// one of its own.
  case compare(String, model: String?)
  /// Shows a setting, or all of them (nil).
  case settings(ReplSetting?)
  /// Changes a setting.
  case set(Setting)
  /// Writes the results of the last request to a file.
  case save(String)
  /// A command of the command line, such as `stats`, with its arguments.
  case run([String])
  /// What there is, or how one command is used.
  case help(String?)
  /// The end.
  case quit

  /// A product: the number of a hit on the screen, or an id.
  package enum Reference: Hashable, Sendable {
    /// The hit of this number, from 1.
    case hit(Int)
    /// The product of this id.
    case id(String)
  }

  /// Something that stays as it is set.
  package enum Setting: Hashable, Sendable {
    /// How many results a page has.
    case k(Int)
    /// The breadth of the walk through the graph; nil for the engine's own choice.
    case ef(Int?)
    /// Whether to compare with every product.
    case exact(Bool)
    /// Whether pictures are shown; nil where they look good.
    case pictures(Bool?)
    /// The attributes shown as columns; empty for the usual ones.
    case columns([String])
    /// The attributes at whose values a walk stays: none, or nil for the kind of product.
    case keep([String]?)
    /// One of ``RankingOptions``; without values it is as if never set.
    case ranking(ReplSetting, [String])

    /// The name by which it is set.
    package var name: ReplSetting {
      switch self {
      case .k: .k
      case .ef: .ef
      case .exact: .exact
      case .pictures: .pictures
      case .columns: .columns
      case .keep: .keep
      case .ranking(let name, _): name
      }
    }
  }
}

/// How a command of the REPL is used.
package struct ReplUsage: Sendable {
  /// The name after the colon.
  package let name: String
  /// Its arguments.
  package let arguments: String
  /// What it does, in a few words.
  package let summary: String

  /// All commands in the order of the help.
  package static let all: [ReplUsage] = [
    ReplUsage("filter", "[EXPR | off]", "narrow the results: :filter price < 50"),
    ReplUsage("and", "EXPR", "narrow them further"),
    ReplUsage("boost", "[NAME = VALUE by N | off]", "raise some: :boost colour = Red by 0.1"),
    ReplUsage(
      "like", "N|ID [but WORDS]", "more like a product: :like 3 but darker, :like 1 2 not 5"),
    ReplUsage("image", "FILE", "look for what a photograph shows"),
    ReplUsage("facets", "[ATTRIBUTE …]", "count values among the results"),
    ReplUsage("explain", "N|ID", "where a score comes from"),
    ReplUsage("next", "", "the next page"),
    ReplUsage("show", "N|ID", "one product in full"),
    ReplUsage("open", "N|ID", "its picture in the desktop's viewer"),
    ReplUsage("compare", "INDEX [MODEL]", "the same search on another index, side by side"),
    ReplUsage("set", "[NAME [VALUE]]", "how results are chosen and shown; off or auto resets"),
    ReplUsage("save", "FILE", "write the results as .json or .csv"),
    ReplUsage("stats", "", "what the index holds; also :verify, :export, :delete …"),
    ReplUsage("help", "[COMMAND]", "this list"),
    ReplUsage("quit", "", "leave; Ctrl-D does too"),
  ]

  /// The help: what each does beside how it is used, or below where there is no room.
  static func list(_ usages: [ReplUsage] = all, width: Int?, style: Style) -> [String] {
    let uses = usages.map { ":\($0.name) \($0.arguments)" }
    let widest = uses.map(\.count).max() ?? 0
    let isNarrow = (width ?? 80) < widest + 28
    let indent = isNarrow ? 6 : widest + 4
    return zip(usages, uses).flatMap { usage, use in
      let lines = DisplayWidth.wrapped(usage.summary, width: width.map { max(20, $0 - indent) })
        .map { String(repeating: " ", count: indent) + $0 }
      if isNarrow { return ["  " + style.cyan(use)] + lines }
      return ["  " + style.cyan(use) + lines[0].dropFirst(use.count + 2)] + lines.dropFirst()
    }
  }

  private init(_ name: String, _ arguments: String, _ summary: String) {
    self.name = name
    self.arguments = arguments
    self.summary = summary
  }
}
