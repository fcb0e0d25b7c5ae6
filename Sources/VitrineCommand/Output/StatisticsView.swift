import Foundation
import Vitrine

/// An index at a glance.
struct StatisticsView {
  let statistics: EngineStatistics
  /// The most frequent values of each attribute that can be counted.
  let facets: [Facet]
  let path: String

  func lines(width: Int?, style: Style) -> [String] {
    summary(width, style) + [""] + attributes(width: width, style: style) + [""]
      + graph(width, style)
  }

  private func summary(_ width: Int?, _ style: Style) -> [String] {
    let count = statistics.products
    let each = count > 0 ? ", \(Numbers.bytes(statistics.fileBytes / count)) a product" : ""
    let facts =
      [
        (
          "size",
          "\(Numbers.bytes(statistics.fileBytes))\(each); "
            + "vectors and graph \(Numbers.bytes(statistics.vectorBytes))"
        ),
        (
          "vectors",
          "\(statistics.dimensions) numbers as \(statistics.storage), "
            + "\(statistics.codeBits)-bit codes, \(statistics.metric)"
        ), ("model", statistics.model),
      ] + (statistics.images.map { [("images", $0)] } ?? [])
    return ["\(style.bold(path))  \(Numbers.grouped(count)) products"]
      + facts.flatMap { fact($0, $1, width) }
  }

  /// A name and what is said of it, in as many lines as it takes.
  private func fact(
    _ name: String, _ text: String, _ width: Int?, _ style: (String) -> String = { $0 }
  ) -> [String] {
    let lines = DisplayWidth.wrapped(text, width: width.map { max(8, $0 - 10) })
    return lines.enumerated().map { index, line in
      (index == 0 ? name : "").padding(toLength: 10, withPad: " ", startingAt: 0) + style(line)
    }
  }

  private func attributes(width: Int?, style: Style) -> [String] {
    let table = Table(
      [
        .init("attribute"), .init("kind"), .init("values", isNumeric: true), .init("most frequent"),
      ],
      rows: statistics.attributes.map { attribute in
        let facet = facets.first { $0.attribute == attribute.name }
        let kind = attribute.kind.rawValue + (attribute.isMultiValued ? "s" : "")
        let distinct = facet.map { Numbers.grouped($0.distinct) } ?? ""
        return [attribute.name, kind, distinct, facet.map(content) ?? "searched by words"]
      })
    return table.lines(width: width, style: style)
  }

  /// The most frequent values, or the range.
  private func content(_ facet: Facet) -> String {
    if let bars = facet.histogram {
      guard let first = bars.first, let last = bars.last else { return "" }
      return "\(ResultView.text(first.from)) to \(ResultView.text(last.to))"
    }
    let values = (facet.values ?? []).map {
      "\(ResultView.text($0.value)) \(Numbers.grouped($0.count))"
    }
    return values.joined(separator: ", ") + (facet.distinct > values.count ? ", …" : "")
  }

  private func graph(_ width: Int?, _ style: Style) -> [String] {
    let levels = statistics.levels.map(Numbers.grouped).joined(separator: " → ")
    let shape =
      "levels \(levels), \(Numbers.fixed(statistics.meanDegree, 1)) links on average, "
      + "m \(statistics.m), efConstruction \(statistics.efConstruction)"
    var lines = fact("graph", shape, width) + health(width, style)
    if statistics.freeSlots > 0 {
      let slots = Numbers.counted(statistics.freeSlots, "slot") + " of deleted products"
      lines += fact("to free", slots + ": vitrine compact", width)
    }
    return lines
  }

  private func health(_ width: Int?, _ style: Style) -> [String] {
    guard statistics.unreachable > 0 else {
      return fact("health", "every product is reachable", width, style.green)
    }
    let words = Numbers.counted(statistics.unreachable, "product") + " out of reach"
    return fact("health", words, width, style.red)
  }
}
