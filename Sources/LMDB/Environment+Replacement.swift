#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension Environment {
  /// Whether another environment has taken this one's place, or its files are gone, so that what is
  /// read here will not change any more and writes are refused. Open the path again to see the new one.
  public var isReplaced: Bool {
    FileIdentity(path: registration.location + "/data.mdb") != dataFile
  }
}

extension WriteTransaction {
  /// Makes an empty directory beside this environment, for the copy that shall take its place.
  /// Deletes what a process that died has left there.
  ///
  /// - Throws: `.accessDenied` where the directory is not one that can be replaced, with what it
  ///   holds or is; what the system says if something else is in the way.
  public func makeReplacement() throws(LMDBError) -> String {
    let location = core.environment.registration.location
    if let reason = hindrance(toReplacing: location) {
      throw LMDBError(.accessDenied, operation: "replace", path: location, reason: reason)
    }
    let path = location + ".compacting"
    // Whoever replaced the environment before may not have done with deleting it.
    let left = HeldDirectory(path: path)
    let status = left.whileLocked { deleteEnvironment(at: path) }
    if status != 0 { throw LMDBError(status: status, operation: "delete", path: path) }
    // Others may not look into it before it has the permissions of this one.
    guard mkdir(path, 0o700) == 0 else {
      throw LMDBError(status: errno, operation: "create", path: path)
    }
    return path
  }

  /// Deletes this environment's files. To be called last. Whoever has it open sees that it
  /// `isReplaced`, and what they would write is refused.
  public func deleteFiles() { deleteEnvironmentFiles(at: core.environment.registration.location) }

  /// Deletes a copy that is not to take this environment's place after all.
  public func discardReplacement(at path: String) { deleteEnvironment(at: path) }

  /// Puts the environment in the directory `other` in the place of this one, in one step of the
  /// file system and with the same permissions, and deletes this one's files. To be called last, by
  /// whoever wrote a better copy of what this transaction sees while it kept others from writing.
  ///
  /// Transactions begun before go on undisturbed, in every process; environments that are open
  /// become `isReplaced` and refuse to write. The two directories must be neighbors, and `other`
  /// must be synced. A process that dies between the two steps leaves this one's files in `other`.
  public func replaceEnvironment(with other: String) throws(LMDBError) {
    let registration = core.environment.registration
    for name in ["", "/data.mdb", "/lock.mdb"] {
      copyPermissions(from: registration.location + name, to: other + name)
    }
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

/// Why another directory cannot take an environment's place; nil if it can. What else is in it
/// would be lost.
private func hindrance(toReplacing directory: String) -> String? {
  let names = fileNames(in: directory).filter { !["data.mdb", "lock.mdb"].contains($0) }
  if let name = names.min() {
    return "it holds “\(name)” besides the index, which would be lost; move that elsewhere"
  }
  if isLink(directory + "/data.mdb") { return "its data.mdb is a link; put the file itself there" }
  if isMountPoint(directory) {
    return "it is where a file system is mounted; put the index into a directory below"
  }
  return nil
}
