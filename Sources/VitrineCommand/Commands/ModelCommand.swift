import ArgumentParser
import BundledModel
import CLIP

struct ModelCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Say what a model directory is, and check it.",
    discussion: """
      Reads the directory as `vitrine index` would, so that what is missing or misshapen is said \
      here and not in the middle of a catalogue. Without a directory: the model that ships.

      Example:

        vitrine model my-clip
      """)

  @Argument(help: "Directory in the Hugging Face layout.", completion: .directory)
  var directory: String?

  @OptionGroup var output: OutputOptions

  /// What is said of a model.
  private struct Summary: Encodable {
    let directory, fingerprint, precision: String
    let dimensions, imageSize, patchSize, textTokens, vocabulary: Int
    let vision, text: Tower
    let logitScale: Float

    enum CodingKeys: String, CodingKey {
      case directory, fingerprint, precision, dimensions, vocabulary, vision, text
      case imageSize = "image_size"
      case patchSize = "patch_size"
      case textTokens = "text_tokens"
      case logitScale = "logit_scale"
    }

    struct Tower: Encodable {
      let layers, width, heads: Int

      init(_ transformer: CLIPConfiguration.Transformer) {
        layers = transformer.layers
        width = transformer.width
        heads = transformer.heads
      }
    }
  }

  func run(in workspace: Workspace) async throws {
    let console = workspace.console
    let directory = ModelOptions.directory(directory, in: console)
    let model = try workspace.model(at: directory)
    let (vision, text) = (model.configuration.vision, model.configuration.text)
    let summary = Summary(
      directory: directory, fingerprint: model.fingerprint,
      precision: model.precision.rawValue, dimensions: model.dimensions,
      imageSize: vision.imageSize, patchSize: vision.patchSize, textTokens: text.positions,
      vocabulary: text.vocabulary, vision: .init(vision.transformer), text: .init(text.transformer),
      logitScale: model.logitScale)
    if output.json { return try console.printJSON(summary) }
    func tower(_ tower: Summary.Tower) -> String {
      "\(tower.layers) layers of width \(tower.width), \(tower.heads) heads"
    }
    console.print([
      "directory    \(summary.directory)",
      "fingerprint  \(summary.fingerprint)",
      "vectors      \(summary.dimensions) numbers",
      "images       \(summary.imageSize) × \(summary.imageSize) in patches of "
        + "\(summary.patchSize); \(tower(summary.vision))",
      "texts        up to \(summary.textTokens) tokens of \(summary.vocabulary); "
        + tower(summary.text),
      "arithmetic   \(summary.precision) on this CPU",
    ])
  }
}
