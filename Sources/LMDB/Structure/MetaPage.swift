#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The record of a B-tree: of a named database in the main one, of the main and the free-page
/// database in a meta page.
struct TreeRecord {
  static let byteCount = 48
  static let integerKeys = 0x08
  private static let emptyRoot = Int.max

  let flags: Int
  let depth: Int
  let branchPages: Int
  let leafPages: Int
  let overflowPages: Int
  let entries: Int
  /// The root's page number, or `nil` for an empty tree.
  let root: Int?

  init(_ bytes: [UInt8], at offset: Int) {
    flags = bytes.integer16(at: offset + 4)
    depth = bytes.integer16(at: offset + 6)
    branchPages = bytes.integer64(at: offset + 8)
    leafPages = bytes.integer64(at: offset + 16)
    overflowPages = bytes.integer64(at: offset + 24)
    entries = bytes.integer64(at: offset + 32)
    let page = bytes.integer64(at: offset + 40)
    root = page == Self.emptyRoot ? nil : page
  }

  var hasIntegerKeys: Bool { flags & Self.integerKeys != 0 }
  /// Whether the values are on pages of their own, as a ``LargeValueTree`` wants it.
  var hasLargeValuesOnly: Bool { hasIntegerKeys && entries > 0 && overflowPages >= entries }
}

/// One of the two pages at the start of the data file that say where everything else is; commit
/// number n writes page n mod 2.
struct MetaPage {
  let pageSize: Int
  let free: TreeRecord
  let main: TreeRecord
  let lastPage: Int
  let transaction: Int

  private static let headerByteCount = 16
  private static let byteCount = 16 + 24 + 2 * TreeRecord.byteCount + 16
  private static let flag = 0x08
  private static let magic = 0xBEEF_C0DE
  private static let version = 1

  /// Reads both meta pages and checks what must hold before LMDB may map the file.
  static func both(of file: DataFile) throws(LMDBError) -> (even: MetaPage, odd: MetaPage) {
    let even = try MetaPage(file, at: 0)
    let system = Int(sysconf(Int32(_SC_PAGESIZE)))
    guard even.pageSize == system else {
      throw LMDBError(
        .pageSizeMismatch, operation: "open", path: file.path,
        reason: "it was made with pages of \(even.pageSize) bytes and this system has "
          + "\(system); export it where it was made and import it here")
    }
    let odd = try MetaPage(file, at: system)
    // Commits between the two reads would make them look contradictory.
    guard try MetaPage(file, at: 0).transaction == even.transaction else {
      return try both(of: file)
    }
    let (low, high) = (even.transaction, odd.transaction)
    guard odd.pageSize == system, abs(high - low) <= 1, low % 2 == 0, high % 2 == 1 || high == 0
    else {
      throw LMDBError(
        .corrupted, operation: "open", path: file.path,
        reason: "its two header pages contradict each other; restore it from a copy")
    }
    return (even, odd)
  }

  private init(_ file: DataFile, at offset: Int) throws(LMDBError) {
    func fail(_ code: LMDBError.Code, _ reason: String) -> LMDBError {
      LMDBError(code, operation: "open", path: file.path, reason: reason)
    }
    let bytes = file.read(at: offset, count: Self.byteCount)
    let isLMDB = bytes.count >= 24 && bytes.integer32(at: Self.headerByteCount) == Self.magic
    guard isLMDB || (offset > 0 && bytes.count < Self.byteCount) else {
      throw fail(
        offset > 0 ? .corrupted : .invalid,
        offset > 0 ? "its second header page is damaged" : "it is not an LMDB data file")
    }
    guard bytes.count == Self.byteCount else {
      throw fail(.truncated, "it ends within its header; restore it from a copy")
    }
    let version = bytes.integer32(at: Self.headerByteCount + 4)
    guard version == Self.version else {
      throw fail(
        .versionMismatch,
        "it has LMDB format \(version) and this program reads format \(Self.version)")
    }
    guard bytes.integer16(at: 10) == Self.flag else {
      throw fail(.corrupted, "a header page is not marked as one; restore it from a copy")
    }
    let trees = Self.headerByteCount + 24
    pageSize = bytes.integer32(at: trees)
    free = TreeRecord(bytes, at: trees)
    main = TreeRecord(bytes, at: trees + TreeRecord.byteCount)
    lastPage = bytes.integer64(at: trees + 2 * TreeRecord.byteCount)
    transaction = bytes.integer64(at: trees + 2 * TreeRecord.byteCount + 8)
    guard pageSize.nonzeroBitCount == 1, lastPage < Int.max / pageSize else {
      throw fail(.corrupted, "a header page is damaged; restore it from a copy")
    }
  }
}
