import ArgumentParser

@main
struct VitrineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vitrine", abstract: "Search a product catalogue by looks, words and facts.")
}
