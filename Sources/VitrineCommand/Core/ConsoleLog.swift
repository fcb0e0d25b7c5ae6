import Foundation
package import Logging

/// The log of a server, as notes of the console: a line each with the time and what the message is
/// about. Its metadata stays as it is until there is a line to write: every request brings some.
package struct ConsoleLog: LogHandler {
  private let console: Console
  package var logLevel = Logger.Level.warning
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?

  package init(_ console: Console) { self.console = console }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let about = metadata.merging(event.metadata ?? [:]) { $1 }
      .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let cause = event.error.map { ": \($0)" } ?? ""
    console.say("\(Date.now.ISO8601Format()) \(event.level): \(event.message)\(cause)\(about)")
  }
}
