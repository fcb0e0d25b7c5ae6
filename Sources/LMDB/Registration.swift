import Synchronization

/// The environments open in this process, by the identity of their directories.
private let openDirectories = Mutex<Set<FileIdentity>>([])

/// A directory's place among the open ones, given up on deinitialisation.
final class Registration: Sendable {
  let identity: FileIdentity
  /// The directory's absolute path without links, which does not change with the process's
  /// working directory.
  let location: String
  let held: HeldDirectory

  /// Registers the directory at `path`, which must exist.
  init(path: String) throws(LMDBError) {
    guard let location = absolutePath(path), let identity = FileIdentity(path: location + "/.")
    else {
      throw LMDBError(.notFound, operation: "open", path: path, reason: "no such directory")
    }
    guard openDirectories.withLock({ $0.insert(identity).inserted }) else {
      throw LMDBError(
        .alreadyOpen, operation: "open", path: path,
        reason: "this process has it open already; share that environment instead")
    }
    held = HeldDirectory(path: location)
    self.identity = identity
    self.location = location
  }

  deinit { openDirectories.withLock { _ = $0.remove(identity) } }
}
