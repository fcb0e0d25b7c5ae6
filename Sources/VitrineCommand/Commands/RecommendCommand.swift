import ArgumentParser
import Vitrine

struct RecommendCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "recommend", abstract: "Walk from a product in a direction, step by step.",
    discussion: """
      A direction is a word such as "darker" or "more formal", or a pair "sneaker → heel". Each \
      step is a product that is a little more so, and still of the kind where the walk began.

      Examples:

        vitrine recommend V1042 --towards darker --index Indexes/shop
        vitrine recommend V1042 --towards "sneaker -> heel" --steps 5 --keep gender
      """)

  @Argument(help: "Id of the product where the walk begins.", completion: .products)
  var id: String

  @Option(help: ArgumentHelp("The direction.", valueName: "direction"))
  var towards: String

  @Option(help: "How many products.")
  var steps = 8

  @Option(
    help: ArgumentHelp(
      "Stay at this attribute's value, by default the category's; \"\" stays at none. Repeatable.",
      valueName: "attribute"), completion: .attributes)
  var keep: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only products for which this holds. Repeatable: all of them must hold.", valueName: "expr"))
  var filter: [String] = []

  @OptionGroup var index: IndexOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if towards.allSatisfy(\.isWhitespace) {
      throw ValidationError("--towards takes a direction such as darker")
    }
  }

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let engine = try workspace.engine(at: index.path(in: console), model: model, readOnly: true)
    let schema = try engine.schema
    var options = RecommendOptions()
    options.steps = steps
    options.keep = keep.isEmpty ? nil : keep.filter { !$0.isEmpty }
    options.filter = try Filter.all(filter, schema: schema)
    let walk = try await engine.recommend(id, towards: Direction(towards), options: options)
    if output.json { return try console.printJSON(walk) }
    console.print(walk.lines(schema: schema, width: console.width, style: console.style))
    walk.remark(on: options, schema: schema, free: "--keep \"\"", in: console)
  }
}

extension Recommendation {
  /// Says how many steps found nothing, and at what the walk had to stay.
  ///
  /// - Parameter free: what lets it stay at nothing.
  func remark(on options: RecommendOptions, schema: Schema, free: String, in console: Console) {
    let stays = options.kept(along: towards, in: schema).compactMap { given in
      let name = schema.attributes.named(given)?.name ?? given
      return start.attributes[name].map { "\(name) = \(ResultView.text($0))" }
    }
    let parts = [
      steps.count < options.steps
        ? "\(steps.count) of \(options.steps) steps found a product further along" : nil,
      stays.isEmpty ? nil : "kept to \(stays.joined(separator: ", "))",
      stays.isEmpty ? nil : "\(free) lifts that",
    ].compactMap(\.self)
    guard !parts.isEmpty else { return }
    let lines = DisplayWidth.wrapped(parts.joined(separator: " · "), width: console.width)
    console.print(lines.map { console.style.dim($0) })
  }

  /// The products of the walk, with how far along the direction each is.
  func lines(schema: Schema, width: Int?, style: Style) -> [String] {
    let hits = [start] + steps.map(\.hit)
    let names = ResultView.columns(of: hits, schema: schema)
    let table = Table(
      [
        .init("#", isNumeric: true, least: "\(steps.count)".count),
        .init("progress", isNumeric: true, least: 5),
        .init("id", least: 8, leaves: 1),
      ]
        + names.map { ResultView.column($0, isTitle: $0 == names.first, width: width) },
      rows: hits.enumerated().map { index, hit in
        let progress = index == 0 ? "from" : Numbers.fixed(Double(steps[index - 1].progress), 2)
        return [index == 0 ? "" : "\(index)", progress, hit.id]
          + names.map { hit.attributes[$0].map(ResultView.text) ?? "" }
      })
    return table.lines(width: width, style: style) { text, _, column in
      column == 1 ? style.cyan(text) : column == 0 || column == 2 ? style.dim(text) : text
    }
  }
}
