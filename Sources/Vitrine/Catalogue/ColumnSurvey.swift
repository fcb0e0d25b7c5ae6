/// What a column holds, learnt from all of its values, and the kind that follows.
struct ColumnSurvey {
  /// Values of which one in a hundred may contradict a kind; those are reported when they come.
  private static let tolerance = 100
  /// How many distinct values are kept to tell words of a vocabulary from sentences.
  private static let distinctLimit = 4096
  private static let longestKeyword = 120
  private static let longestPart = 40

  private(set) var values = 0
  private var numbers = 0
  private var booleans = 0
  private var dates = 0
  private var lists = 0
  private var words = 0
  private var isLong = false
  private var distinct: Set<String> = []
  private var sampled = 0
  /// The first value that is no number, and its row.
  private var firstOther: (text: String, row: Int)?
  private var parts = [Separator("|"), Separator(";"), Separator(",")]

  /// How a sign would part the values of the column.
  private struct Separator {
    let sign: Character
    let byte: UInt8
    var values = 0
    var fits = true
    var distinct: Set<Substring> = []

    init(_ sign: Character) {
      self.sign = sign
      byte = sign.asciiValue ?? 0
    }

    mutating func add(_ text: String) {
      guard fits, text.utf8.contains(byte) else { return }
      if sign == ",", ValueParsing.number(text) != nil { return }
      values += 1
      // A comma with a blank after it is punctuation.
      let parts = text.split(separator: sign)
      fits =
        parts.allSatisfy { $0.utf8.count <= longestPart }
        && !(sign == "," && parts.dropFirst().contains { $0.first == " " })
      if distinct.count < distinctLimit { distinct.formUnion(parts) }
    }
  }

  /// Takes one value into account.
  mutating func add(_ raw: RawValue, row: Int = 0) {
    switch raw {
    case .list(let items):
      values += 1
      lists += 1
      for item in items.prefix(8) { addWords(item) }
    case .boolean:
      values += 1
      booleans += 1
    case .number(let text):
      values += 1
      if !ValueParsing.isTooLong(text) {
        numbers += 1
      } else if firstOther == nil {
        firstOther = (text, row)
      }
      addWords(text)
    case .text(let text):
      let text = text.trimmed
      if text.isEmpty || ValueParsing.missing.contains(text) { return }
      values += 1
      if isLong { return }
      if canBe(numbers), !ValueParsing.isCode(text), ValueParsing.number(text) != nil {
        numbers += 1
      } else {
        if firstOther == nil { firstOther = (text, row) }
        if canBe(booleans), ValueParsing.boolean(text) != nil {
          booleans += 1
        } else if canBe(dates), ValueParsing.date(text) != nil {
          dates += 1
        }
      }
      addWords(text)
      for index in parts.indices { parts[index].add(text) }
    }
  }

  private mutating func addWords(_ text: String) {
    isLong = isLong || text.utf8.count > ColumnSurvey.longestKeyword || text.contains("\n")
    guard !isLong, distinct.count < ColumnSurvey.distinctLimit else { return }
    sampled += 1
    words += text.utf8.count { $0 == UInt8(ascii: " ") } + 1
    distinct.insert(text)
  }

  /// Whether a kind that fits so many values so far can still be the column's.
  private func canBe(_ fitting: Int) -> Bool {
    values - 1 - fitting <= 20 + values / ColumnSurvey.tolerance
  }

  private func fits(_ count: Int) -> Bool {
    count > 0 && values - count <= values / ColumnSurvey.tolerance
  }

  /// The attribute that this column makes; nil if it holds no value.
  ///
  /// Numbers, booleans and dates are so if all but one in a hundred are; otherwise texts of many
  /// words that seldom repeat, and long ones, are ``Attribute/Kind/text``, the rest keywords.
  func attribute(named name: String) -> Attribute? {
    if values == 0 { return nil }
    if lists == 0 {
      if fits(numbers) { return Attribute(name: name, kind: .number) }
      if fits(booleans) { return Attribute(name: name, kind: .boolean) }
      if fits(dates) { return Attribute(name: name, kind: .date) }
    }
    let isSentence = words >= 3 * sampled && 2 * distinct.count > sampled
    let kind: Attribute.Kind = isLong || isSentence ? .text : .keyword
    if lists > 0 { return Attribute(name: name, kind: kind, isMultiValued: true) }
    guard !isLong, let separator = parts.first(where: isSeparator) else {
      return Attribute(name: name, kind: kind)
    }
    return Attribute(
      name: name, kind: .keyword, isMultiValued: true, separator: String(separator.sign))
  }

  /// What kept a column that is mostly of numbers from being one; nil if it is, or is not.
  var hint: String? {
    guard lists == 0, 2 * numbers >= values, !fits(numbers), !fits(booleans), !fits(dates),
      let (text, row) = firstOther
    else { return nil }
    return "\(numbers) of \(values) values are numbers, but row \(row) has \"\(text.prefix(40))\": "
      + "they are kept as words"
  }

  private func isSeparator(_ part: Separator) -> Bool {
    let enough = part.sign == "," ? values / 20 : values / 100
    let isVocabulary = part.sign == "|" || part.distinct.count < distinct.count
    return part.fits && part.values > enough && isVocabulary
  }
}
