import Foundation
import LMDB
import Testing
import TestSupport

@Suite struct DamageTests {
  private let directory = TemporaryDirectory()

  @Test func `A file cut short anywhere is refused, in words`() throws {
    try Environment(path: directory.path).fillWithSamples()
    let file = try DataFileBytes(directory)
    let size = file.bytes.count
    for point in 0..<20 {
      let cut = point < 5 ? [1, 100, 4095, 4096, 8192][point] : size * (point - 4) / 16
      try file.write { $0 = $0.prefix(cut) }
      let error = errorOfOpening(directory.path)
      #expect(error != nil, "cut at \(cut) of \(size)")
      #expect(
        [.truncated, .invalid].contains(error?.code), "cut at \(cut) of \(size): \(error as Any)")
    }
    try file.write { $0.removeLast() }
    #expect(errorOfOpening(directory.path)?.code == .truncated)
    try file.write { _ in }
    #expect(errorOfOpening(directory.path) == nil)
  }

  @Test func `A file whose last pages are free and were never written is whole`() throws {
    do {
      let environment = try Environment(path: directory.path)
      // Leaves free pages for what the last commit needs beside the value.
      for byte: UInt8 in 0..<8 {
        try environment.write { (txn: borrowing WriteTransaction) in
          let database = try txn.createDatabase(named: "values")
          try txn.put([byte], in: database, for: "kept")
        }
      }
      try environment.write { (txn: borrowing WriteTransaction) in
        let database = try txn.createDatabase(named: "values")
        try txn.put([UInt8](repeating: 7, count: 100_000), in: database, for: "dropped")
        try txn.delete("dropped", in: database)
      }
      let size = try DataFileBytes(directory).bytes.count
      try #require(size < environment.information.usedSize)
    }
    let environment = try Environment(path: directory.path)
    #expect(try environment.scanEverything() == 1)
    #expect(try environment.checkStructure().isEmpty)
  }

  @Test func `A flipped bit is refused, found, or harmless to the structure`() throws {
    try Environment(path: directory.path).fillWithSamples()
    let file = try DataFileBytes(directory)
    let entries = try Environment(path: directory.path).scanEverything()
    var generator = SplitMix(seed: 11)
    var refused = 0
    var found = 0
    for _ in 0..<400 {
      let bit = Int.random(in: 0..<file.bytes.count * 8, using: &generator)
      try file.write { $0[bit / 8] ^= 1 << (bit % 8) }
      do {
        let environment = try Environment(path: directory.path)
        if try !environment.checkStructure().isEmpty {
          found += 1
          continue
        }
        #expect(try environment.scanEverything() == entries, "bit \(bit)")
      } catch {
        #expect(error is LMDBError, "bit \(bit)")
        refused += 1
      }
    }
    #expect(refused > 0, "no flip hit a page that opening checks")
    #expect(found > 0 || refused > 20, "no flip was found")
  }

  @Test func `Every flipped bit of the headers and of a page's own header is noticed`() throws {
    try Environment(path: directory.path).fillWithSamples(count: 40)
    let file = try DataFileBytes(directory)
    let pageSize = Int(getpagesize())
    let entries = try Environment(path: directory.path).scanEverything()
    for page in 0..<2 {
      for byte in 16..<152 {
        try file.write { $0[page * pageSize + byte] ^= 0x10 }
        // Fixed address and map size are not used; either header may be the one not in use.
        guard errorOfOpening(directory.path) == nil else { continue }
        let environment = try Environment(path: directory.path)
        if try !environment.checkStructure().isEmpty { continue }
        #expect(try environment.scanEverything() == entries, "page \(page) byte \(byte)")
      }
    }
  }
}
