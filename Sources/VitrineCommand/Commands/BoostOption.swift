import Foundation
import Vitrine

extension Boost {
  /// Reads `colour = Red, Pink by 0.2`, `price near 50 within 20 by 0.1`, or `sales by 0.1`.
  ///
  /// - Throws: ``Failure`` saying what was expected.
  init(words text: String) throws(Failure) {
    var body = text
    var words = Words.split(text)
    var weight: Float = 0.1
    if words.count > 2, words[words.count - 2] == "by",
      let by = text.range(of: "by", options: .backwards)
    {
      weight = Float(try Boost.number(words[words.count - 1], "a boost"))
      words.removeLast(2)
      body = String(text[..<by.lowerBound])
    }
    let sides = Words.parts(body, at: "=", most: 2).map(\.trimmed)
    if sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty {
      let values = Words.parts(sides[1], at: ",").map(Self.plain).filter { !$0.isEmpty }
      self.init(Self.plain(sides[0]), .values(values.map(Value.text)), weight: weight)
    } else if words.count == 5, words[1] == "near", words[3] == "within" {
      let measure = Measure.near(try Boost.place(words[2]), half: try Boost.distance(words[4]))
      self.init(words[0], measure, weight: weight)
    } else if words.count == 1 {
      self.init(words[0], .popularity, weight: weight)
    } else {
      throw .usage(
        "a boost is NAME = VALUE [by N], NAME near N within N [by N], or NAME [by N]; "
          + "found \"\(text)\"")
    }
  }

  /// A name or value without its quotes.
  private static func plain(_ text: String) -> String {
    Words.split(text).joined(separator: " ")
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
}
