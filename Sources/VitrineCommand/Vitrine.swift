import ArgumentParser
import Foundation
import Vitrine

@main
struct VitrineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vitrine", abstract: "Search a product catalogue by looks, words and facts.",
    usage: "vitrine <command> [options]",
    discussion: """
      A catalogue is a CSV or JSON Lines file with a photograph for each product:

        vitrine index shop.csv --index Indexes/shop     # embed and index it
        vitrine search "light red dress" --index Indexes/shop --filter "price < 50"
        vitrine repl --index Indexes/shop               # look around in it

      Exit codes: 0 done, 64 a request that makes no sense, 65 bad data, 130 stopped, \
      1 anything else.
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Look for products",
        subcommands: [
          SearchCommand.self, RecommendCommand.self, ReplCommandLine.self, ServeCommand.self,
        ]),
      CommandGroup(
        name: "Fill an index",
        subcommands: [
          IndexCommand.self, ClassifyCommand.self, ImportCommand.self, ExportCommand.self,
          DeleteCommand.self,
        ]),
      CommandGroup(
        name: "Look after an index",
        subcommands: [
          StatsCommand.self, VerifyCommand.self, CompactCommand.self, ReembedCommand.self,
        ]),
      CommandGroup(
        name: "Models and this machine",
        subcommands: [
          EvaluateCommand.self, EmbedCommand.self, ModelCommand.self, DoctorCommand.self,
        ]),
    ])

  static func main() async {
    do {
      let words = CommandLine.arguments.dropFirst()
      try checkCommand(words.first == "help" ? words.dropFirst().first : words.first)
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  /// All commands.
  static var commands: [any ParsableCommand.Type] {
    configuration.groupedSubcommands.flatMap(\.subcommands)
  }

  /// Says which command was meant; the parser would only call it an unexpected argument.
  private static func checkCommand(_ name: String?) throws {
    let names = commands.compactMap { $0.configuration.commandName } + ["help"]
    guard let name, !name.hasPrefix("-"), !names.contains(name) else { return }
    let hint = Spelling.nearest(to: name, in: names).map { "did you mean \($0)? " } ?? ""
    throw Failure.usage("there is no command \(name); \(hint)vitrine --help lists them")
  }

  /// Errors of the parser print themselves, with the usage or the help; all others are one line.
  private static func end(with error: any Error) -> Never {
    if exitCode(for: error) == .validationFailure || error is CleanExit || error is ExitCode
      || isParsersOwn(error)
    {
      exit(withError: error)
    }
    let failure = Failure(error)
    Console.process().say("vitrine: \(failure.message)")
    Foundation.exit(failure.code)
  }

  /// Help and version requests are errors of a type that the parser keeps to itself.
  static func isParsersOwn(_ error: any Error) -> Bool {
    String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
  }
}
