import Foundation
import LMDB
import TestSupport

extension Environment {
  /// Fills databases with small and large values, replacing some, so that the file has branches,
  /// leaves, large values and free pages.
  func fillWithSamples(count: UInt32 = 400) throws {
    for pass: UInt32 in 0..<3 {
      try write { (txn: borrowing WriteTransaction) in
        let small = try txn.createDatabase(named: "small")
        let large = try txn.createDatabase(named: "large", integerKeys: true)
        for key in 0..<count where key % (pass + 1) == 0 {
          let byte = UInt8(truncatingIfNeeded: key + pass)
          try txn.put([UInt8](repeating: byte, count: 40), in: small, for: "key \(key)")
          if key % 8 == 0 {
            try txn.put([UInt8](repeating: byte, count: 9000), in: large, for: key)
          }
        }
      }
    }
  }

  /// Visits every entry of every database, touching all bytes; returns their number.
  func scanEverything() throws -> Int {
    try read { (txn: borrowing ReadTransaction) in
      var entries = 0
      for name in txn.databaseNames {
        guard let database = try txn.database(named: name) else { continue }
        try txn.forEach(in: database) { key, value in
          _ = [UInt8](bytes: key)
          _ = [UInt8](bytes: value)
          entries += 1
          return true
        }
      }
      return entries
    }
  }
}

/// Opens an environment for its error.
func errorOfOpening(_ path: String, readOnly: Bool = false) -> LMDBError? {
  var options = Environment.Options()
  options.readOnly = readOnly
  do throws(LMDBError) {
    _ = try Environment(path: path, options: options)
    return nil
  } catch {
    return error
  }
}

/// The data file of an environment, to be tampered with.
struct DataFileBytes {
  let url: URL
  private(set) var bytes: Data

  init(_ directory: TemporaryDirectory) throws {
    url = URL(fileURLWithPath: directory.appending("data.mdb"))
    bytes = try Data(contentsOf: url)
  }

  /// Writes the file anew with a change.
  func write(_ change: (inout Data) -> Void) throws {
    var changed = bytes
    change(&changed)
    try changed.write(to: url)
  }
}
