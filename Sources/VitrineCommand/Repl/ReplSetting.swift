import Foundation
import Vitrine

/// What can be set in a conversation: all names, and what each takes. Reading, showing and
/// completion go by it.
package enum ReplSetting: String, CaseIterable, Sendable {
  case k, ef, exact, pictures, columns, keep
  case looks, fusion, mentions, cutoff, group, diversity, sort, candidates

  /// What a setting takes.
  enum Kind {
    case number
    /// On or off.
    case flag
    /// One of these words.
    case choice([String])
    /// Names of attributes: of any, or only of such whose values can be compared, counted and put
    /// in order.
    case attributes(comparable: Bool)

    var isOfAttributes: Bool { if case .attributes = self { true } else { false } }
  }

  /// What it takes.
  var kind: Kind {
    switch self {
    case .k, .ef, .looks, .cutoff, .diversity, .candidates: .number
    case .exact, .pictures: .flag
    case .fusion: .choice(Fusion.allCases.map(\.rawValue))
    case .mentions: .choice(Mentions.allCases.map(\.rawValue))
    case .columns: .attributes(comparable: false)
    case .keep, .group, .sort: .attributes(comparable: true)
    }
  }

  /// The names of all settings in the order in which they are shown.
  static var names: [String] { allCases.map(\.rawValue) }
}

extension ReplCommand {
  /// Reads what stands behind `:set`: nothing to see all settings, a name to see that one, or a
  /// name with values.
  static func set(_ rest: String) throws(Failure) -> ReplCommand {
    let words = Words.split(rest)
    guard let name = words.first else { return .settings(nil) }
    guard let setting = ReplSetting(rawValue: name) else {
      let names = ReplSetting.names.joined(separator: ", ")
      throw .usage("there is no setting \"\(name)\": \(names)")
    }
    let values = Array(words.dropFirst())
    return values.isEmpty ? .settings(setting) : .set(try self.setting(setting, values))
  }

  private static func setting(
    _ setting: ReplSetting, _ values: [String]
  ) throws(Failure) -> Setting {
    let isReset = values == ["auto"] || values == ["off"]
    let usual = Query()
    switch setting {
    case .k: return .k(isReset ? usual.k : try count(values, setting))
    case .ef: return .ef(isReset ? nil : try count(values, setting))
    case .exact: return .exact(values == ["auto"] ? usual.exact : try flag(values, setting))
    case .pictures: return .pictures(values == ["auto"] ? nil : try flag(values, setting))
    case .columns: return .columns(isReset ? [] : values)
    case .keep: return .keep(values == ["auto"] ? nil : values == ["off"] ? [] : values)
    case .looks, .fusion, .mentions, .cutoff, .group, .diversity, .sort, .candidates:
      return .ranking(setting, isReset ? [] : values)
    }
  }

  private static func count(_ values: [String], _ setting: ReplSetting) throws(Failure) -> Int {
    let value = values.joined(separator: " ")
    guard let number = Int(value), (1...Query.Limits.candidates).contains(number) else {
      throw .usage(
        "\(setting) is a number from 1 to \(Query.Limits.candidates); found \"\(value)\"")
    }
    return number
  }

  private static func flag(_ values: [String], _ setting: ReplSetting) throws(Failure) -> Bool {
    let value = values.joined(separator: " ")
    switch value {
    case "on", "yes", "true": return true
    case "off", "no", "false": return false
    default: throw .usage("\(setting) is on or off; found \"\(value)\"")
    }
  }
}

extension ReplSession {
  /// Shows a setting, or all of them.
  func showSettings(_ one: ReplSetting?) {
    for setting in ReplSetting.allCases where one == nil || setting == one {
      let name = setting.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)
      console.print(name + value(of: setting))
    }
  }

  private func value(of setting: ReplSetting) -> String {
    func joined(_ names: [String]?, ifEmpty: String) -> String {
      guard let names else { return "auto" }
      return names.isEmpty ? ifEmpty : names.map(\.printable).joined(separator: ", ")
    }
    return switch setting {
    case .k: "\(query.k)"
    case .ef: query.ef.map(String.init) ?? "auto"
    case .exact: query.exact ? "on" : "off"
    case .pictures: showsPictures ? "on" : "off"
    case .columns: joined(columns, ifEmpty: "auto")
    case .keep: joined(kept, ifEmpty: "off")
    case .looks, .fusion, .mentions, .cutoff, .group, .diversity, .sort, .candidates:
      joined(ranking[setting], ifEmpty: "auto")
    }
  }

  /// Changes a setting and shows it.
  func set(_ setting: ReplCommand.Setting) async throws {
    switch setting {
    case .k(let k): query.k = k
    case .ef(let ef): query.ef = ef
    case .exact(let flag): query.exact = flag
    case .pictures(let flag):
      if flag == true, pictures == nil {
        throw Failure.failure("pictures need a terminal and the program chafa")
      }
      showsPictures = flag ?? pictures?.lookGood ?? false
    case .columns(let names):
      columns = try known(names, among: try schema.attributes, as: "an attribute of the index")
    case .keep(let names):
      let comparable = try schema.attributes.filter { $0.kind != .text }
      kept = try names.map { try known($0, among: comparable, as: "an attribute with values") }
    case .ranking(let setting, let values): try await rank(by: setting, values)
    }
    showSettings(setting.name)
  }

  private func rank(by setting: ReplSetting, _ values: [String]) async throws {
    var ranking = ranking
    let named = try setting.kind.isOfAttributes ? values.map(resolved) : values
    ranking[setting] = named.isEmpty ? nil : named
    var changed = query
    try RankingOptions(settings: ranking).apply(to: &changed)
    // A search that permits nothing says at no cost whether the others could be answered.
    var trial = changed
    trial.terms = []
    trial.filter = .or([])
    _ = try await engine.search(trial)
    query = changed
    self.ranking = ranking
  }

  /// A name as the index has it, perhaps with the dash of a falling order in front. Who searches says
  /// what is amiss with one that it does not have.
  private func resolved(_ name: String) throws -> String {
    let dash = name.hasPrefix("-") ? "-" : ""
    let bare = String(name.dropFirst(dash.count))
    return dash + (try schema.attributes.named(bare)?.name ?? bare)
  }

  /// The attributes of these names, which may be in any case, by the names that they have.
  private func known(
    _ names: [String], among attributes: [Attribute], as expected: String
  ) throws -> [String] {
    try names.map { name in
      if let known = attributes.named(name) { return known.name }
      throw QueryError.attribute(
        name, expected: expected,
        suggestion: Spelling.nearest(to: name, in: attributes.map(\.name)))
    }
  }
}

extension [Attribute] {
  /// The attribute of this name, or of the same in another case.
  func named(_ name: String) -> Attribute? {
    first { $0.name == name } ?? first { $0.name.lowercased() == name.lowercased() }
  }
}
