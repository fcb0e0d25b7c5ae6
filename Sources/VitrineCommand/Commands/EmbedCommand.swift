import ArgumentParser
import CLIP
import Foundation
import Vitrine

struct EmbedCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Turn images and texts into vectors.",
    discussion: """
      Rows are in the order of the arguments: images first, then texts. With --out they are \
      written as .npy (float32); otherwise as JSON Lines.

      Examples:

        vitrine embed a.jpg b.png --out vectors.npy
        vitrine embed --text "red dress" --text "blue jeans"
        vitrine embed --images-from paths.txt --precision f32 --out vectors.npy
      """)

  @Argument(help: "Image files.", completion: .file())
  var images: [String] = []

  @Option(help: "A text. Repeatable.")
  var text: [String] = []

  @Option(
    help: ArgumentHelp("File with the path of an image on each line.", valueName: "list"),
    completion: .file())
  var imagesFrom: String?

  @Option(
    help: ArgumentHelp("File with a text on each line.", valueName: "list"), completion: .file())
  var textsFrom: String?

  @OptionGroup var model: ModelOptions

  @Option(help: ArgumentHelp("Write a .npy file.", valueName: "file"), completion: .file())
  var out: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if images.isEmpty, text.isEmpty, imagesFrom == nil, textsFrom == nil {
      throw ValidationError("give images, --text, --images-from or --texts-from")
    }
    if out != nil, output.json { throw ValidationError("--out and --json exclude each other") }
  }

  /// One vector as JSON.
  private struct Row: Encodable, Sendable {
    var image: String?
    var text: String?
    let vector: [Float]
  }

  func run(in workspace: Workspace) async throws {
    let images = self.images + (try imagesFrom.map { try WholeFile.lines($0) } ?? [])
    let texts = text + (try textsFrom.map { try WholeFile.lines($0) } ?? [])
    let model = try workspace.model(self.model)
    let progress = Progress(console: workspace.console)
    let rows = try await workspace.stoppable {
      defer { progress.finish() }
      let count = images.count + texts.count
      var rows = try await EmbedCommand.embed(images, with: model) { done in
        progress.update("Embedding", done: done, of: count)
      }
      for start in stride(from: 0, to: texts.count, by: EmbedCommand.batch) {
        try Task.checkCancellation()
        let texts = Array(texts[start..<min(start + EmbedCommand.batch, texts.count)])
        rows += zip(texts, try CLIPEmbedder(model).embed(texts: texts)).map {
          Row(text: $0, vector: $1)
        }
        progress.update("Embedding", done: rows.count, of: count)
      }
      return rows
    }
    if let out {
      let matrix =
        VectorFile.header(rows: rows.count, dimensions: model.dimensions)
        + rows.flatMap(\.vector.littleEndianBytes)
      try WholeFile.write(matrix, to: out)
      workspace.console.say(
        "\(Numbers.counted(rows.count, "vector")) of \(model.dimensions) written to \(out)")
    } else {
      let encoder = JSONEncoder.answers
      for row in rows {
        workspace.console.print(String(decoding: try encoder.encode(row), as: UTF8.self))
      }
    }
  }

  private static let batch = 32

  /// Embeds images on all cores, a batch for each at a time.
  private static func embed(
    _ paths: [String], with model: CLIPModel, progress: (Int) -> Void
  ) async throws -> [Row] {
    var batches = stride(from: 0, to: paths.count, by: batch).map { start in
      (start, Array(paths[start..<min(start + batch, paths.count)]))
    }[...]
    return try await withThrowingTaskGroup(of: (Int, [Row]).self) { group in
      func startNext() {
        guard let (start, paths) = batches.popFirst() else { return }
        group.addTask { (start, try rows(paths, with: model)) }
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { startNext() }
      var finished: [Int: [Row]] = [:]
      var done = 0
      while let (start, rows) = try await group.next() {
        try Task.checkCancellation()
        finished[start] = rows
        done += rows.count
        progress(done)
        startNext()
      }
      return finished.sorted { $0.key < $1.key }.flatMap(\.value)
    }
  }

  private static func rows(_ paths: [String], with model: CLIPModel) throws -> [Row] {
    let vectors = CLIPEmbedder(model).embed(
      images: try paths.map { path in try WholeFile.photograph(path) })
    return try zip(paths, vectors).map { path, result in
      switch result {
      case .success(let vector): Row(image: path, vector: vector)
      case .failure(let error): throw Failure.data("\(path): \(error)")
      }
    }
  }
}
