#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension Environment {
  /// Whether another environment has taken this one's place, so that what is read here will not
  /// change any more and writes are refused. Open the path again to see the new one.
  public var isReplaced: Bool {
    FileIdentity(path: registration.location + "/.") != registration.identity
  }
}

extension WriteTransaction {
  /// The path of a directory beside this environment for the copy that shall take its place. Deletes
  /// what a process that died has left there.
  ///
  /// - Throws: what the system says if something else is in the way.
  public func replacementPath() throws(LMDBError) -> String {
    let path = core.environment.registration.location + ".compacting"
    // Whoever replaced the environment before may not have done with deleting it.
    let left = HeldDirectory(path: path)
    let status = left.whileLocked { deleteEnvironment(at: path) }
    if status != 0 { throw LMDBError(status: status, operation: "delete", path: path) }
    return path
  }

  /// Deletes a copy that is not to take this environment's place after all.
  public func discardReplacement(at path: String) { deleteEnvironment(at: path) }

  /// Puts the environment in the directory `other` in the place of this one, in one step of the
  /// file system, and deletes this one's files. To be called last, by whoever wrote a better
  /// copy of what this transaction sees while it kept others from writing.
  ///
  /// Transactions begun before go on undisturbed, in every process; environments that are open
  /// become `isReplaced` and refuse to write. The two directories must be neighbours, and `other`
  /// must be synced. A process that dies between the two steps leaves this one's files in `other`.
  public func replaceEnvironment(with other: String) throws(LMDBError) {
    let registration = core.environment.registration
    let status = registration.held.whileLocked {
      guard exchangeFiles(other, registration.location) else { return errno }
      synchronizeDirectory(registration.location + "/..")
      deleteEnvironment(at: other)
      return 0
    }
    if status != 0 {
      throw LMDBError(status: status, operation: "replace", path: core.environment.path)
    }
  }
}
