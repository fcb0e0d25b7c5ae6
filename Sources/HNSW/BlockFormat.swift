internal import Kernels

/// The kinds of blocks, each in databases of its own. See `Indexes/README.md`.
enum BlockKind: UInt8 {
  case codes = 1, vectors, links, live, lowerCodes, residuals

  var name: String {
    switch self {
    case .codes: "hnsw.codes"
    case .lowerCodes: "hnsw.codes.lower"
    case .residuals: "hnsw.residuals"
    case .vectors: "hnsw.vectors"
    case .links: "hnsw.links"
    case .live: "hnsw.live"
    }
  }
}

/// Where records lie in the blocks of one database.
struct BlockGeometry: Equatable {
  /// Bytes before the first record. A value of whole pages starts 16 bytes into the first one,
  /// so 48 bytes of header put the records on cache lines.
  static let headerBytes = 48
  /// What LMDB puts in front of such a value.
  static let pageHeaderBytes = 16

  let kind: BlockKind
  let level: Int
  let recordBytes: Int
  /// Bytes of the upper half of a code, with which its record begins; 0 if records are not codes.
  let upperBytes: Int
  let recordsPerBlock: Int
  /// Bytes of a block, header included: what the value in the database must have.
  let blockBytes: Int
  /// Pages that a block fills, with what LMDB puts in front.
  let pages: Int
  /// Bytes that a writer keeps for each record beside a block of its own: the distances of links.
  let companionBytes: Int
  /// Bytes that a block holds behind all records for each: norms of codes, or steps of residuals.
  let trailerBytes: Int
  /// Where these begin; 0 if there are none.
  var trailerOffset: Int {
    trailerBytes > 0 ? Self.headerBytes + recordsPerBlock * recordBytes : 0
  }

  var databaseName: String { kind == .links ? "\(kind.name).\(level)" : kind.name }

  /// Blocks of at least `pages` pages and two records.
  private init(
    _ kind: BlockKind, level: Int = 0, recordBytes: Int, upperBytes: Int = 0, trailerBytes: Int = 0,
    companionBytes: Int = 0, pages: Int, pageSize: Int
  ) {
    let overhead = Self.headerBytes + Self.pageHeaderBytes
    let each = recordBytes + trailerBytes
    let wholePages = max(pages, (overhead + 2 * each + pageSize - 1) / pageSize)
    self.kind = kind
    self.level = level
    self.recordBytes = recordBytes
    self.upperBytes = upperBytes
    self.trailerBytes = trailerBytes
    self.companionBytes = companionBytes
    self.pages = wholePages
    recordsPerBlock = (wholePages * pageSize - overhead) / each
    blockBytes = wholePages * pageSize - Self.pageHeaderBytes
  }

  /// Those of the tables with a record for every slot; that of codes comes first.
  static func slots(_ configuration: IndexConfiguration, pageSize: Int) -> [BlockGeometry] {
    let others = [
      lowerCodes(configuration, pageSize: pageSize),
      residuals(configuration, pageSize: pageSize), vectors(configuration, pageSize: pageSize),
    ]
    return [codes(configuration, pageSize: pageSize)] + others.compactMap(\.self)
  }

  /// A code per record, or its upper half where walks read no more, and their norms behind all of
  /// them, if not in them: about 64 KiB.
  static func codes(_ configuration: IndexConfiguration, pageSize: Int) -> BlockGeometry {
    let whole = configuration.codeBytes
    return BlockGeometry(
      .codes, recordBytes: configuration.walksCoarsely ? whole / 2 : whole, upperBytes: whole / 2,
      trailerBytes: configuration.hasInnerNorms ? 0 : 4, pages: 65_536 / pageSize,
      pageSize: pageSize)
  }

  /// The lower half of a code per record: about 64 KiB. `nil` if it is with the upper half.
  static func lowerCodes(_ configuration: IndexConfiguration, pageSize: Int) -> BlockGeometry? {
    guard configuration.walksCoarsely else { return nil }
    return BlockGeometry(
      .lowerCodes, recordBytes: configuration.codeBytes / 2, pages: 65_536 / pageSize,
      pageSize: pageSize)
  }

  /// What a code leaves per record, and their steps behind all of them: about 64 KiB. `nil` if that
  /// is not kept.
  static func residuals(_ configuration: IndexConfiguration, pageSize: Int) -> BlockGeometry? {
    guard configuration.storage == .int16 else { return nil }
    return BlockGeometry(
      .residuals, recordBytes: configuration.residualBytes, trailerBytes: 4,
      pages: 65_536 / pageSize, pageSize: pageSize)
  }

  /// A vector per record: about 64 KiB. `nil` if there are none.
  static func vectors(_ configuration: IndexConfiguration, pageSize: Int) -> BlockGeometry? {
    guard let format = configuration.storage.format else { return nil }
    let bytes = (format.byteCount(configuration.dimensions) + 15) / 16 * 16
    return BlockGeometry(
      .vectors, recordBytes: bytes, pages: 65_536 / pageSize, pageSize: pageSize)
  }

  /// The links of one node per record, in blocks of a page.
  static func links(
    _ configuration: IndexConfiguration, level: Int, pageSize: Int
  ) -> BlockGeometry {
    let capacity = level == 0 ? configuration.m0 : configuration.upperCapacity
    return BlockGeometry(
      .links, level: level, recordBytes: level == 0 ? 4 * capacity : 8 + 8 * capacity,
      companionBytes: 4 * capacity, pages: 1, pageSize: pageSize)
  }

  /// A word of 64 slots per record, in blocks of a page.
  static func live(pageSize: Int) -> BlockGeometry {
    BlockGeometry(.live, recordBytes: 8, pages: 1, pageSize: pageSize)
  }

  /// Blocks that hold `count` records.
  func blockCount(for count: Int) -> Int { (count + recordsPerBlock - 1) / recordsPerBlock }
}

/// The first bytes of a block.
enum BlockHeader {
  /// Writes the header of a finished block: checksum, kind, level, number.
  static func seal(_ block: UnsafeMutablePointer<UInt8>, _ geometry: BlockGeometry, number: Int) {
    let raw = UnsafeMutableRawPointer(block)
    raw.storeBytes(of: geometry.kind.rawValue, toByteOffset: 4, as: UInt8.self)
    raw.storeBytes(of: UInt8(geometry.level), toByteOffset: 5, as: UInt8.self)
    raw.storeBytes(of: UInt32(number).littleEndian, toByteOffset: 8, as: UInt32.self)
    raw.storeBytes(of: checksum(block, geometry).littleEndian, as: UInt32.self)
  }

  /// What is wrong with a block, or `nil`.
  static func defect(
    in block: UnsafePointer<UInt8>, _ geometry: BlockGeometry, number: Int
  ) -> String? {
    let raw = UnsafeRawPointer(block)
    let place = "block \(number) of \(geometry.databaseName)"
    guard raw.loadUnaligned(as: UInt32.self).littleEndian == checksum(block, geometry) else {
      return "\(place) does not match its checksum"
    }
    let found = raw.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian
    guard block[4] == geometry.kind.rawValue, block[5] == geometry.level, found == number else {
      return "\(place) holds block \(found) of kind \(block[4]), level \(block[5])"
    }
    return nil
  }

  private static func checksum(_ block: UnsafePointer<UInt8>, _ geometry: BlockGeometry) -> UInt32 {
    Kernels.checksum(UnsafeRawBufferPointer(start: block + 4, count: geometry.blockBytes - 4))
  }
}
