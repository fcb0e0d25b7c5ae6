internal import Kernels

/// The record that describes an index: what it was made with and how far it has got. Rewritten
/// by every change.
struct IndexHeader {
  static let magic: UInt32 = 0x534E_4856  // "VHNS"
  static let formatVersion = 7
  static let database = "hnsw.meta"
  static let key = "header"
  static let byteCount = 128

  var configuration: IndexConfiguration
  /// The page size of the system that made the index: blocks are cut to it.
  var pageSize: Int
  /// Slots given so far; the next one to give.
  var slotCount = 0
  /// Vectors in the index.
  var liveCount = 0
  /// Deleted nodes that the graph still routes through.
  var tombstones = 0
  /// Nodes of each level, tombstones and holes included; the first is that of level 0.
  var levelCounts = [Int](repeating: 0, count: maximumLevel + 1)
  /// Where searches start.
  var entryPoint = EntryPoint.none
  /// Counts the changes of the index.
  var generation: UInt64 = 0
  /// Counts the calibrations; the codes' blocks belong to the last one.
  var calibration: UInt32 = 0
  /// Slots given when the calibration was last put to the test.
  var calibratedAt = 0
  /// Slots given when the index was put in order by a compaction; 0 if it never was.
  var arrangedAt = 0

  /// Nodes of the graph, tombstones included: what a search walks.
  var nodeCount: Int { liveCount + tombstones }

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    func put<T: FixedWidthInteger>(_ value: T) {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    put(Self.magic)
    put(UInt32(Self.formatVersion))
    put(UInt32(configuration.dimensions))
    put(configuration.metric.rawValue)
    put(configuration.storage.rawValue)
    put(UInt8(configuration.codeBits))
    put(UInt8(configuration.m))
    put(UInt32(configuration.efConstruction))
    put(UInt32(pageSize))
    put(configuration.seed)
    put(UInt32(slotCount))
    put(UInt32(liveCount))
    put(UInt32(tombstones))
    put(entryPoint.position)
    put(UInt32(entryPoint.level))
    put(calibration)
    put(UInt32(calibratedAt))
    put(UInt32(arrangedAt))
    put(generation)
    for count in levelCounts { put(UInt32(count)) }
    bytes.append(contentsOf: repeatElement(0, count: Self.byteCount - 4 - bytes.count))
    put(bytes.withUnsafeBytes { Kernels.checksum($0) })
    return bytes
  }

  init(configuration: IndexConfiguration, pageSize: Int) {
    self.configuration = configuration
    self.pageSize = pageSize
  }

  /// Reads a header and refuses what this program cannot handle.
  init(_ bytes: UnsafeRawBufferPointer, pageSize expectedPageSize: Int) throws(HNSWError) {
    try Self.checkForm(bytes)
    var offset = 8
    func take<T: FixedWidthInteger>(_ type: T.Type = T.self) -> T {
      defer { offset += MemoryLayout<T>.size }
      return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
    }
    let dimensions = Int(take(UInt32.self))
    guard let metric = Metric(rawValue: take()), let storage = VectorStorage(rawValue: take())
    else { throw .corrupted("its header names an unknown metric or storage") }
    let codeBits = Int(take(UInt8.self))
    let m = Int(take(UInt8.self))
    let efConstruction = Int(take(UInt32.self))
    pageSize = Int(take(UInt32.self))
    configuration = IndexConfiguration(
      dimensions: dimensions, metric: metric, m: m, efConstruction: efConstruction,
      storage: storage, codeBits: codeBits, seed: take())
    slotCount = Int(take(UInt32.self))
    liveCount = Int(take(UInt32.self))
    tombstones = Int(take(UInt32.self))
    entryPoint = EntryPoint(position: take(), level: Int(take(UInt32.self)))
    calibration = take()
    calibratedAt = Int(take(UInt32.self))
    arrangedAt = Int(take(UInt32.self))
    generation = take()
    levelCounts = levelCounts.map { _ in Int(take(UInt32.self)) }
    try configuration.validate()
    guard pageSize == expectedPageSize else {
      throw .otherPageSize(found: pageSize, expected: expectedPageSize)
    }
    guard entryPoint.level <= maximumLevel,
      entryPoint.isNone || entryPoint.position < levelCounts[entryPoint.level],
      levelCounts[0] == slotCount, nodeCount <= slotCount
    else { throw .corrupted("its header contradicts itself") }
  }

  /// Throws unless the bytes are a whole header of this version.
  private static func checkForm(_ bytes: UnsafeRawBufferPointer) throws(HNSWError) {
    func word(at offset: Int) -> UInt32 {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    guard bytes.count >= 8, word(at: 0) == magic else {
      throw .corrupted("its header has another form")
    }
    let version = Int(word(at: 4))
    guard version <= formatVersion else {
      throw .newerFormat(found: version, supported: formatVersion)
    }
    guard version == formatVersion else {
      throw .olderFormat(found: version, expected: formatVersion)
    }
    guard bytes.count == byteCount else {
      throw .corrupted("its header has \(bytes.count) bytes, not \(byteCount)")
    }
    let body = UnsafeRawBufferPointer(rebasing: bytes[..<(byteCount - 4)])
    guard word(at: byteCount - 4) == Kernels.checksum(body) else {
      throw .corrupted("its header does not match its checksum")
    }
  }
}
