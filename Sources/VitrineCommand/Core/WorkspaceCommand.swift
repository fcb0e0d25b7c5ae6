public import ArgumentParser
import BundledModel
public import CLIP
import Foundation

/// A subcommand that prints and opens indexes through a workspace: its own in a process of its
/// own, the REPL's where it is run from there.
protocol WorkspaceCommand: AsyncParsableCommand {
  /// Does the work.
  func run(in workspace: Workspace) async throws
}

extension WorkspaceCommand {
  mutating func run() async throws {
    try await run(in: Workspace(console: .process()))
  }

  /// Whether these options are among its own, found as the parser does: by what is declared.
  static func takes<Options: ParsableArguments>(_: Options.Type) -> Bool {
    Mirror(reflecting: Self()).children.contains { $0.value is OptionGroup<Options> }
  }
}

/// Which index.
struct IndexOptions: ParsableArguments {
  @Option(
    name: .customLong("index"),
    help: ArgumentHelp(
      "Directory of the index.",
      discussion: "Without it $VITRINE_INDEX, then Indexes/default.", valueName: "dir"),
    completion: .directory)
  var paths: [String] = []

  func validate() throws {
    // The parser would drop the first without a word, and the wrong index might be written to.
    if paths.count > 1 { throw ValidationError("give --index once, not \(paths.count) times") }
  }

  /// The directory that is meant.
  func path(in console: Console) -> String { IndexOptions.path(paths.first, in: console) }

  /// Where to list what could not be used, beside the index unless somewhere is given.
  func reportPath(_ given: String?, in console: Console) -> String {
    given ?? URL(filePath: path(in: console)).standardizedFileURL.path + "-report.csv"
  }

  /// The given directory, or the one that stands for none.
  static func path(_ given: String?, in console: Console) -> String {
    given ?? console.environment["VITRINE_INDEX"].flatMap { $0.isEmpty ? nil : $0 }
      ?? "Indexes/default"
  }
}

/// Which model.
struct ModelOptions: ParsableArguments {
  @Option(
    name: .customLong("model"),
    help: ArgumentHelp(
      "Directory of a CLIP model in the Hugging Face layout.",
      discussion: "Without it $VITRINE_MODEL, then the model that ships.", valueName: "dir"),
    completion: .directory)
  var directory: String?

  @Option(help: "Arithmetic: f32, bf16 (the default) or i8.")
  var precision: CLIPModel.Precision?

  /// The directory that is meant.
  func directory(in console: Console) -> String {
    ModelOptions.directory(directory, in: console)
  }

  /// The given directory, or the one that stands for none.
  static func directory(_ given: String?, in console: Console) -> String {
    given ?? console.environment["VITRINE_MODEL"].flatMap { $0.isEmpty ? nil : $0 }
      ?? BundledModel.directory
  }

  /// The options as they were given.
  var words: [String] {
    (directory.map { ["--model", $0] } ?? [])
      + (precision.map { ["--precision", $0.rawValue] } ?? [])
  }
}

extension CLIPModel.Precision: ExpressibleByArgument {}

/// How results are printed.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print results as JSON.")
  var json = false
}
