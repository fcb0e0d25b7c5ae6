import LMDB
import Testing
import TestSupport

@Suite(.enabled(if: SmallDisk.isAvailable, "mounting a small tmpfs takes Linux and root"))
struct DiskTests {
  @Test func `On a full disk a batch fails at any point and nothing of it stays`() throws {
    let disk = try #require(SmallDisk(bytes: 3 << 20))
    let environment = try Environment(path: disk.path)
    try environment.fillWithSamples(count: 64)
    let before = try environment.scanEverything()
    // Sizes that run out of space within a value, between values and among the last pages.
    for size in stride(from: 40_000, through: 100_000, by: 3_777) {
      do {
        try environment.write { (txn: borrowing WriteTransaction) in
          let values = try txn.createDatabase(named: "values \(size)")
          for key: UInt32 in 0..<100 {
            try txn.put([UInt8](repeating: 1, count: size), in: values, for: key)
          }
        }
        Issue.record("\(100 * size) bytes fitted on a disk of three megabytes")
      } catch let error as LMDBError {
        #expect(error.code == .diskFull)
      }
      #expect(try environment.scanEverything() == before)
      #expect(try environment.checkStructure().isEmpty)
    }
    try environment.fillWithSamples(count: 80)
    #expect(try environment.scanEverything() > before)
  }

  @Test func `On a read-only file system an environment is read without a lock file`() throws {
    let disk = try #require(SmallDisk(bytes: 3 << 20))
    try Environment(path: disk.path).fillWithSamples(count: 64)
    try #require(disk.freeze())
    #expect(errorOfOpening(disk.path)?.code == .accessDenied)
    var options = Environment.Options()
    options.readOnly = true
    let environment = try Environment(path: disk.path, options: options)
    #expect(try environment.scanEverything() == 72)
  }
}
