import Foundation

/// The two pictures of an evaluation report, drawn as plain SVG.
enum SVG {
  /// The confusion matrix as a heat map, each row scaled to its own total. Labels that never occur
  /// are left out, the rest sorted by how often they do; beyond 60 only the most frequent are drawn.
  static func confusion(_ evaluation: ZeroShotEvaluation) -> String {
    let shown = evaluation.labels.indices
      .filter { evaluation.labels[$0].support > 0 }
      .sorted { evaluation.labels[$0].support > evaluation.labels[$1].support }
      .prefix(60)
    let cell = 14
    let margin = 150
    let side = margin + shown.count * cell + 10
    var body = ""
    for (row, truth) in shown.enumerated() {
      let y = margin + row * cell
      body += text(evaluation.labels[truth].label, x: margin - 6, y: y + 11, anchor: "end")
      body +=
        "<g transform=\"rotate(-90 \(margin + row * cell + 11) \(margin - 6))\">"
        + text(
          evaluation.labels[truth].label, x: margin + row * cell + 11, y: margin - 6,
          anchor: "start") + "</g>\n"
      for (column, predicted) in shown.enumerated() {
        let share = ratio(evaluation.confusion[truth][predicted], evaluation.labels[truth].support)
        guard share > 0 else { continue }
        body += """
          <rect x="\(margin + column * cell)" y="\(y)" width="\(cell - 1)" height="\(cell - 1)" \
          fill="\(truth == predicted ? "#1f6f5c" : "#b5402f")" \
          fill-opacity="\((0.08 + 0.92 * share).fixed)"/>

          """
      }
    }
    return document(width: side, height: side, body)
  }

  /// Scores of slices as horizontal bars, worst first, at most 30.
  static func bars(_ slices: [EvaluationSlice]) -> String {
    let height = 18
    var body = ""
    for (row, slice) in slices.prefix(30).enumerated() {
      let y = 10 + row * height
      body += text(
        "\(slice.attribute) = \(slice.value) (\(slice.count))", x: 250, y: y + 12, anchor: "end")
      body += """
        <rect x="256" y="\(y)" width="\((300 * slice.score).fixed)" height="14" fill="#1f6f5c"/>

        """
      body += text(slice.score.fixed, x: 562, y: y + 12, anchor: "start")
    }
    return document(width: 620, height: 20 + min(30, slices.count) * height, body)
  }

  private static func document(width: Int, height: Int, _ body: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
    height="\(height)" font-family="sans-serif" font-size="11">
    <rect width="100%" height="100%" fill="#ffffff"/>
    \(body)</svg>

    """
  }

  private static func text(_ string: String, x: Int, y: Int, anchor: String) -> String {
    let escaped = string.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
    return "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(escaped)</text>\n"
  }
}
