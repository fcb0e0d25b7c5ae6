/// Times of attributes and filters: a subset of ISO 8601, in UTC unless an offset is written, on
/// the proleptic Gregorian calendar.
package enum Timestamp {
  /// The seconds since 1970 that a time covers: one for `2024-05-31T12:00:00Z`, a day for
  /// `2024-05-31`, a month for `2024-05`, a year for `2024`; nil if the text is no such time.
  ///
  /// A blank may stand for the `T`; fractions of a second are dropped.
  package static func span(of text: String) -> ClosedRange<Int64>? {
    let halves = text.split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { "Tt ".contains($0) })
    let day = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    guard (1...3).contains(day.count), day[0].utf8.count == 4, let year = digits(day[0]),
      day.dropFirst().allSatisfy({ $0.utf8.count == 2 })
    else { return nil }
    guard day.count > 1 else {
      return halves.count == 1 ? seconds(year, 1, 1)...seconds(year + 1, 1, 1) - 1 : nil
    }
    guard let month = digits(day[1]), (1...12).contains(month) else { return nil }
    let next = month == 12 ? seconds(year + 1, 1, 1) : seconds(year, month + 1, 1)
    guard day.count > 2 else {
      return halves.count == 1 ? seconds(year, month, 1)...next - 1 : nil
    }
    guard let date = digits(day[2]), date >= 1 else { return nil }
    let start = seconds(year, month, date)
    guard start < next else { return nil }
    guard halves.count == 2 else { return start...start + 86_399 }
    guard let time = time(halves[1]) else { return nil }
    return start + time...start + time
  }

  /// The second as `2024-05-31T12:00:00Z`.
  package static func text(of seconds: Int64) -> String {
    let (days, time) = split(seconds)
    let hour = two(time / 3600)
    return "\(day(days))T\(hour):\(two(time / 60 % 60)):\(two(time % 60))Z"
  }

  /// As ``text(of:)``, but the first second of a day is that day: `2024-05-31`.
  package static func label(of seconds: Int64) -> String {
    let (days, time) = split(seconds)
    return time == 0 ? day(days) : text(of: seconds)
  }

  private static func split(_ seconds: Int64) -> (days: Int64, time: Int64) {
    let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
    return time < 0 ? (days - 1, time + 86_400) : (days, time)
  }

  private static func day(_ days: Int64) -> String {
    let (year, month, day) = civil(days)
    let digits = String(year)
    let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return "\(padded)-\(two(month))-\(two(day))"
  }

  private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func digits(_ text: some StringProtocol) -> Int64? {
    !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) } ? Int64(text) : nil
  }

  /// `12:00`, `12:00:00` or `12:00:00.5`, plain or with `Z` or `+02:00`, as seconds of the day.
  private static func time(_ text: Substring) -> Int64? {
    var clock = text
    var shift: Int64 = 0
    if clock.hasSuffix("Z") || clock.hasSuffix("z") {
      clock = clock.dropLast()
    } else if let sign = clock.lastIndex(where: { "+-".contains($0) }) {
      guard let offset = time(clock[sign...].dropFirst()) else { return nil }
      shift = clock[sign] == "+" ? -offset : offset
      clock = clock[..<sign]
    }
    if let point = clock.firstIndex(of: ".") {
      guard digits(clock[point...].dropFirst()) != nil else { return nil }
      clock = clock[..<point]
    }
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), parts.allSatisfy({ $0.utf8.count == 2 }),
      let hour = digits(parts[0]), hour < 24, let minute = digits(parts[1]), minute < 60
    else { return nil }
    guard parts.count == 3 else { return hour * 3600 + minute * 60 + shift }
    guard let second = digits(parts[2]), second < 60 else { return nil }
    return hour * 3600 + minute * 60 + second + shift
  }

  /// Seconds since 1970 of the start of a day. Years are counted from March, so that the leap day
  /// is the last of its year and month lengths follow one formula.
  private static func seconds(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let era = shifted >= 0 ? shifted / 400 : (shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (era * 146_097 + dayOfEra - 719_468) * 86_400
  }

  /// The inverse of ``seconds(_:_:_:)``.
  private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted >= 0 ? shifted / 146_097 : (shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = (shiftedMonth + 2) % 12 + 1
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }
}
