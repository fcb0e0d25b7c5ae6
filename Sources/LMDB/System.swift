import CLMDB

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A mutual exclusion lock that may be held over a call of foreign code.
final class Lock: @unchecked Sendable {
  // Sendable: the pointer is constant and a mutex is made for being shared.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }
}

/// The calling thread, as a number that is never zero.
@inline(__always)
func currentThread() -> UInt {
  #if canImport(Darwin)
    UInt(bitPattern: pthread_self())
  #else
    UInt(pthread_self())
  #endif
}

/// Sleeps for a tenth of a millisecond: the pace of the rare waits for readers to drain.
func pauseBriefly() { usleep(100) }

/// A file's identity, the same through every path and link.
struct FileIdentity: Hashable {
  let device: UInt64
  let inode: UInt64

  /// `nil` where there is no file.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// That of an open file.
  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// Keeps a directory's identity from being given to a new one, even when it is removed.
final class HeldDirectory: Sendable {
  private let descriptor: Int32

  init(path: String) { descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Does something while no other that holds the directory, in any process, does so.
  func whileLocked<R>(_ body: () -> R) -> R {
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    defer { flock(descriptor, LOCK_UN) }
    return body()
  }
}

/// Bytes of the smallest map: where there is no room for that, an environment cannot be opened.
let smallestMapSize = 64 << 20

/// How much smaller a map is than one that there is no room for: others need some of what is left.
private let mapShrinkage = 64

/// A smaller map than one that there is no room for; the smallest at least.
func smallerMapSize(than size: Int) -> Int { max(smallestMapSize, size / mapShrinkage) }

/// `wanted`, or a smaller map that the address space has room for.
func availableMapSize(_ wanted: Int) -> Int {
  var size = wanted
  while size > smallestMapSize, !canReserve(size) { size = smallerMapSize(than: size) }
  return size
}

/// Whether `size` bytes of address space can be mapped.
func canReserve(_ size: Int) -> Bool {
  guard
    let region = mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
    region != MAP_FAILED
  else { return false }
  munmap(region, size)
  return true
}

/// Whether this process may create files in the directory.
func isWritable(_ directory: String) -> Bool { access(directory, W_OK) == 0 }

/// Whether the file system has hardly a page left.
func isDiskFull(_ directory: String) -> Bool {
  var status = statvfs()
  guard statvfs(directory, &status) == 0 else { return false }
  return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 16
}

/// Makes the directory unless something of that name exists.
func createDirectory(_ path: String) throws(LMDBError) {
  guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
  throw LMDBError(status: errno, operation: "create", path: path)
}

/// Gives the lock file its room on the disk. LMDB writes to it through a map, and where the disk
/// had none the process would end.
func reserveLockFile(_ directory: String, readers: Int) throws(LMDBError) {
  #if os(Linux)
    let path = directory + "/lock.mdb"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    // Whoever may not write it is told by LMDB.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var found = stat()
    fstat(descriptor, &found)
    // A line of 64 bytes a reader, and some more for the locks; that of others keeps its size.
    let size = found.st_size > 0 ? found.st_size : off_t(64 * (readers + 8))
    if fallocate(descriptor, 0, 0, size) != 0, errno == ENOSPC || errno == EDQUOT {
      throw LMDBError(status: ENOSPC, operation: "open", path: path)
    }
  #endif
}

/// Deletes an environment's files and its directory. Returns 0, or why there is a directory still.
@discardableResult
func deleteEnvironment(at path: String) -> Int32 {
  deleteEnvironmentFiles(at: path)
  return rmdir(path) == 0 || errno == ENOENT ? 0 : errno
}

/// Deletes an environment's files.
func deleteEnvironmentFiles(at path: String) {
  for name in ["data.mdb", "lock.mdb"] { unlink(path + "/" + name) }
}

/// The path without links and relative parts; `nil` if nothing is there.
func absolutePath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// The names of what a directory holds.
func fileNames(in directory: String) -> [String] {
  guard let stream = opendir(directory) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names
}

/// Whether the path itself is a link.
func isLink(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
}

/// Whether a directory is the root of another file system than what it is in.
func isMountPoint(_ directory: String) -> Bool {
  FileIdentity(path: directory)?.device != FileIdentity(path: directory + "/..")?.device
}

/// Gives a file the mode of another and, where this process may do that, its owner.
func copyPermissions(from source: String, to target: String) {
  var status = stat()
  guard stat(source, &status) == 0 else { return }
  _ = chown(target, status.st_uid, status.st_gid)
  chmod(target, status.st_mode & 0o7777)
}

/// Exchanges two directories of one file system atomically.
func exchangeFiles(_ one: String, _ other: String) -> Bool {
  #if canImport(Darwin)
    renamex_np(one, other, UInt32(RENAME_SWAP)) == 0
  #else
    renameat2(AT_FDCWD, one, AT_FDCWD, other, UInt32(CLMDB_RENAME_EXCHANGE)) == 0
  #endif
}

/// Makes the names in a directory durable.
func synchronizeDirectory(_ directory: String) {
  let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
