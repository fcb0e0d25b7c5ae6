package import Vitrine

/// One product, the parts of a score, and counts, as people read them.
package enum DetailView {
  /// A product with all its attributes, one a line.
  package static func product(_ product: Product, schema: Schema, width: Int?, style: Style)
    -> [String]
  {
    var rows = [("id", product.id.printable)]
    if let image = product.image { rows.append(("image", image.printable)) }
    rows += schema.ordered(product).map { ($0.attribute.name.printable, ResultView.text($0.value)) }
    let widest = rows.map { DisplayWidth.of($0.0) }.max() ?? 0
    if let width, width < widest + 22 {
      return rows.flatMap { name, value in
        [style.dim(DisplayWidth.fit(name, in: width))]
          + DisplayWidth.wrapped(value, width: max(8, width - 2)).map { "  " + $0 }
      }
    }
    return rows.flatMap { name, value in
      let label = name + String(repeating: " ", count: widest - DisplayWidth.of(name))
      let lines = DisplayWidth.wrapped(value, width: width.map { $0 - widest - 2 })
      let indent = String(repeating: " ", count: widest + 2)
      return lines.enumerated().map { ($0 == 0 ? style.dim(label) + "  " : indent) + $1 }
    }
  }

  /// Where the score of a hit comes from: parts that add up to it.
  package static func score(_ hit: Hit, width: Int?, style: Style) -> [String] {
    guard let parts = hit.explain else { return ["The score of \(hit.id) was not explained."] }
    let numbers = { (value: Float) in Numbers.fixed(Double(value), 3) }
    let table = Table(
      [
        .init("part"), .init("measure", isNumeric: true, leaves: 1),
        .init("0…1", isNumeric: true, leaves: 3), .init("weight", isNumeric: true, leaves: 2),
        .init("adds", isNumeric: true),
      ],
      rows: parts.map { part in
        [
          part.part, part.raw.map { Numbers.fixed($0, 3) } ?? "", numbers(part.value),
          numbers(part.weight), numbers(part.score),
        ]
      } + [["score", "", "", "", numbers(hit.score)]])
    return table.lines(width: width, style: style) { text, row, _ in
      row == parts.count ? style.bold(text) : text
    }
  }

  /// How an answer came about: the way that was taken, what it was expected to cost and did, and
  /// what took how long.
  package static func plan(
    _ plan: Plan, path: String, width: Int?, style: Style
  ) -> [String] {
    var way = ["\(path): \(Numbers.grouped(plan.permitted)) permitted"]
    if let estimate = plan.estimate {
      let (scan, walk) = (Int(estimate.scan), Int(estimate.walk))
      way.append("scan would cost \(Numbers.grouped(scan)), walk \(Numbers.grouped(walk))")
    }
    way.append("\(Numbers.grouped(plan.distances)) compared")
    let stages = plan.milliseconds.sorted { $0.value > $1.value }
      .map { "\($0.key) \(Duration.seconds($0.value / 1000).inWords)" }
    return [way, stages]
      .flatMap { DisplayWidth.wrapped($0.joined(separator: ", "), width: width) }
      .map { style.dim($0) }
  }

  /// The edge of a bar: a number to as many digits as tell it from the next.
  private static func edge(_ value: Value) -> String {
    guard case .number(let number) = value, number != number.rounded() else {
      return ResultView.text(value)
    }
    return Numbers.fixed(number, abs(number) < 100 ? 2 : 0)
  }

  /// What was counted: in one line, or with the numbers below the name where that is too long.
  private static func heading(of facet: Facet, width: Int?, style: Style) -> [String] {
    let name = facet.attribute.printable
    let numbers =
      "\(Numbers.counted(facet.distinct, "value")) among "
      + Numbers.counted(facet.relevant, "product") + (facet.exact ? "" : ", estimated")
    guard let width, DisplayWidth.of("\(name)  \(numbers)") > width else {
      return [style.bold(name) + style.dim("  " + numbers)]
    }
    return DisplayWidth.wrapped(name, width: width).map { style.bold($0) }
      + DisplayWidth.wrapped(numbers, width: max(8, width - 2)).map { "  " + style.dim($0) }
  }

  /// Counts of values with bars, the most frequent first; histograms in order.
  package static func facet(_ facet: Facet, width: Int?, style: Style) -> [String] {
    let counts =
      facet.values.map { $0.map { (ResultView.text($0.value), $0.count) } }
      ?? (facet.histogram ?? []).map { bar in
        ("\(edge(bar.from)) … \(edge(bar.to))", bar.count)
      }
    let most = max(1, counts.map(\.1).max() ?? 1)
    let digits = Numbers.grouped(most).count
    let widest = min(
      32, max(6, (width ?? 80) - digits - 10), counts.map { DisplayWidth.of($0.0) }.max() ?? 0)
    let room = max(4, min(40, (width ?? 80) - widest - digits - 6))
    return heading(of: facet, width: width, style: style)
      + counts.map { value, count in
        let label = DisplayWidth.fit(value, in: widest)
        let blanks = String(repeating: " ", count: widest - DisplayWidth.of(label))
        let number = Numbers.grouped(count)
        let pad = String(repeating: " ", count: digits - number.count)
        let bar = String(repeating: "█", count: max(1, count * room / most))
        return "  \(label)\(blanks)  \(pad)\(number)  \(style.cyan(bar))"
      }
  }
}
