import ArgumentParser
import CLIP
import Imaging
import Vitrine

/// Why a command ended: one line, and the exit code of sysexits.h that scripts look at.
package struct Failure: Error, CustomStringConvertible {
  /// What went wrong, where, what was expected and what was found.
  package let message: String
  /// 64 for a request that makes no sense, 65 for bad data, 1 for everything else.
  package let code: Int32

  package var description: String { message }

  /// The request makes no sense.
  package static func usage(_ message: String) -> Failure { Failure(message: message, code: 64) }
  /// The data are bad.
  package static func data(_ message: String) -> Failure { Failure(message: message, code: 65) }
  /// The machine or the state of things.
  package static func failure(_ message: String) -> Failure { Failure(message: message, code: 1) }

  /// Makes one of any error.
  package init(_ error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as VitrineError:
      let code: Int32 =
        switch error.blame {
        case .usage: 64
        case .data: 65
        case .failure: 1
        }
      self.init(message: error.description, code: code)
    case let error as FilterError: self = .usage(error.description)
    case let error as QueryError: self = .usage(error.description)
    case let error as ModelError: self = .data("\(error)")
    case let error as ImagingError: self = .data("\(error)")
    case let error as ExitCode:
      self.init(message: "ended with exit code \(error.rawValue)", code: error.rawValue)
    case is CancellationError: self.init(message: "stopped", code: 130)
    default: self = .failure("\(error)")
    }
  }

  /// A failure of this exit code.
  init(message: String, code: Int32) {
    // Several lines would break what reads the notes line by line, and what is quoted may be anything.
    self.message = message.printable
    self.code = code
  }
}
