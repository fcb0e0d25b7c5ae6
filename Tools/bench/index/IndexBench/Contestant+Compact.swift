import Foundation
import HNSW
import LMDB

/// What compaction costs and gains.
extension Contestant {
  /// Compacts the index; what searches do afterwards, the phases `open` and `search` tell.
  func compact() throws {
    let copy = arguments.indexPath + ".compacting"
    try? FileManager.default.removeItem(atPath: copy)
    let environment = try environment()
    let index = try VectorIndex(environment: environment)
    let (start, cpu) = (ProcessMeter.wall, ProcessMeter.cpu)
    let anonymous = try ProcessMeter.anonymousPeak {
      try environment.write { (txn: borrowing WriteTransaction) in
        let target = try LMDB.Environment(path: copy)
        try environment.read { _ = try index.compact($0, into: target, threads: arguments.threads) }
        try target.sync()
        try txn.replaceEnvironment(with: copy)
      }
    }
    try emit(
      "compact",
      [
        ("seconds", ProcessMeter.wall - start), ("cpu_s", ProcessMeter.cpu - cpu),
        ("peak_anon_mb", anonymous),
        ("index_bytes", diskBytes(arguments.indexPath)),
      ])
  }
}
