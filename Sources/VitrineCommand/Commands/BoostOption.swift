import Foundation
import Vitrine

extension Boost {
  /// Reads `colour = Red, Pink by 0.2`, `price near 50 within 20 by 0.1`, or `sales by 0.1`.
  ///
  /// - Throws: ``Failure`` saying what was expected.
  init(words text: String) throws(Failure) {
    guard Words.parts(text.trimmed, at: " ").last != "by" else { throw Boost.usage(found: text) }
    var body = text
    var words = Words.split(text)
    var weight: Float?
    if words.count > 2, words[words.count - 2] == "by",
      let by = text.range(of: "by", options: .backwards)
    {
      weight = Float(try Boost.number(words[words.count - 1], "a boost"))
      words.removeLast(2)
      body = String(text[..<by.lowerBound])
    }
    let sides = Words.parts(body, at: "=", most: 2).map(\.trimmed)
    if sides.count == 2 {
      let values = Words.parts(sides[1], at: ",").map(Self.plain).filter { !$0.isEmpty }
      guard !sides[0].isEmpty, !values.isEmpty else { throw Boost.usage(found: text) }
      self.init(Self.plain(sides[0]), .values(values.map(Value.text)))
    } else if words.count == 5, words[1] == "near", words[3] == "within" {
      let measure = Measure.near(try Boost.place(words[2]), half: try Boost.distance(words[4]))
      self.init(words[0], measure)
    } else if words.count == 1 {
      self.init(words[0], .popularity)
    } else {
      throw Boost.usage(found: text)
    }
    if let weight { self.weight = weight }
  }

  private static func usage(found text: String) -> Failure {
    .usage(
      "a boost is NAME = VALUE [by N], NAME near N within N [by N], or NAME [by N]; "
        + "found \"\(text)\"")
  }

  /// What parts the names and values of a boost besides blanks.
  static let signs = "=,"

  /// The boost as one would type it: what ``init(words:)`` reads as the same.
  ///
  /// - Parameter schema: which attributes are dates, whose distances are days.
  func words(in schema: Schema) -> String {
    let name = Words.quoted(attribute, beside: Self.signs)
    switch measure {
    case .values(let values):
      let list = values.map { Words.quoted(ResultView.text($0), beside: Self.signs) }
      return "\(name) = \(list.joined(separator: ", ")) by \(weight)"
    case .near(let target, let half):
      let place = Words.quoted(ResultView.text(target), beside: Self.signs)
      let isDate = schema.attributes.named(attribute)?.kind == .date
      let distance = isDate ? Value.text(of: half / Self.day) + "d" : Value.text(of: half)
      return "\(name) near \(place) within \(distance) by \(weight)"
    case .popularity: return "\(name) by \(weight)"
    }
  }

  /// The seconds of a day.
  private static let day = 86_400.0

  /// A name or value without its quotes.
  private static func plain(_ text: String) -> String {
    Words.split(text).joined(separator: " ")
  }

  /// A number, a date, or `now`. Which of them it is the attribute's kind says: `2024` may be a year.
  private static func place(_ text: String) throws(Failure) -> Value {
    if text == "now" { return .date(Int64(Date.now.timeIntervalSince1970)) }
    if let number = Double(text), number.isFinite, Value.text(of: number) == text {
      return .number(number)
    }
    guard Double(text)?.isFinite == true || Timestamp.span(of: text) != nil else {
      throw .usage("near takes a number or a date such as 2024-05-31; found \"\(text)\"")
    }
    return .text(text)
  }

  /// A number, or days of dates: `30d`.
  private static func distance(_ text: String) throws(Failure) -> Double {
    guard text.hasSuffix("d") else { return try number(text, "a distance") }
    return day * (try number(String(text.dropLast()), "a distance"))
  }

  private static func number(_ text: String, _ what: String) throws(Failure) -> Double {
    guard let number = Double(text), number.isFinite else {
      throw .usage("\(what) takes a number such as 0.1; found \"\(text)\"")
    }
    return number
  }
}
