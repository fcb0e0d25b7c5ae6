import Vitrine

/// The keys that open the server, each for reading or for reading and writing.
///
/// Keys are compared in constant time and appear in no log and no error.
public struct APIKeys: Sendable {
  /// What a key allows.
  public enum Scope: String, Sendable, Comparable {
    /// Searching and looking at products.
    case read
    /// Reading, and changing products.
    case write

    /// A wider scope is greater.
    public static func < (a: Scope, b: Scope) -> Bool { a == .read && b == .write }
  }

  private var entries: [(scope: Scope, key: [UInt8])] = []

  /// No keys: everybody may do everything.
  public init() {}

  /// Reads keys, one a line or separated by commas: `read:KEY` or `write:KEY`. Empty lines and
  /// lines that begin with `#`, with all that stands in them, are skipped.
  ///
  /// - Throws: ``APIKeyError`` with the number of the line, never with the key.
  public init(parsing text: String) throws(APIKeyError) {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() where !line.trimmed.hasPrefix("#") {
      for entry in line.split(separator: ",").map(\.trimmed) where !entry.isEmpty {
        let parts = entry.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let scope = Scope(rawValue: String(parts[0])), parts[1].count >= 16
        else { throw APIKeyError(line: index + 1) }
        entries.append((scope, Array(parts[1].utf8)))
      }
    }
  }

  /// Whether there are no keys at all.
  public var isEmpty: Bool { entries.isEmpty }

  /// What `candidate` allows, nil if it is no key.
  ///
  /// Every entry is compared whole, so that time tells nothing about how close a guess came.
  func scope(of candidate: some StringProtocol) -> Scope? {
    let bytes = Array(candidate.utf8)
    var found: Scope?
    for entry in entries where constantTimeEqual(entry.key, bytes) {
      found = max(found ?? .read, entry.scope)
    }
    return found
  }
}

/// A line of the keys that does not say `read:KEY` or `write:KEY`.
public struct APIKeyError: Error, CustomStringConvertible {
  /// The line, counted from 1.
  public let line: Int

  /// What was expected; the key itself is not repeated.
  public var description: String {
    "API keys, line \(line): expected read:KEY or write:KEY with a key of at least 16 characters"
  }
}

/// Compares without leaving early. The length may leak; the contents do not.
private func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  guard a.count == b.count else { return false }
  return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
