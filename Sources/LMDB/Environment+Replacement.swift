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
  /// Puts the environment in the directory `other` in the place of this one, in one step of the
  /// file system, and deletes this one's files. To be called last, by whoever wrote a better
  /// copy of what this transaction sees while it kept others from writing.
  ///
  /// Transactions begun before go on undisturbed, in every process; environments that are open
  /// become `isReplaced` and refuse to write. The two directories must be neighbours, and `other`
  /// must be synced. A process that dies between the two steps leaves this one's files in `other`.
  public func replaceEnvironment(with other: String) throws(LMDBError) {
    let target = core.environment.registration.location
    guard exchangeFiles(other, target) else {
      throw LMDBError(status: errno, operation: "replace", path: core.environment.path)
    }
    synchronizeDirectory(target + "/..")
    for name in ["data.mdb", "lock.mdb"] { unlink(other + "/" + name) }
    rmdir(other)
  }
}
