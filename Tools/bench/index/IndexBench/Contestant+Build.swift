import BenchSupport
import Foundation
import HNSW
import LMDB

/// Building an index, from vectors in memory to a file that is durable.
extension Contestant {
  /// Fills an index batch by batch and puts it in order, as `vitrine index` does with a catalogue.
  func build() throws {
    let train = try data.train()
    let path = arguments.indexPath
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var marks: [(wall: Double, cpu: Double)] = []
    func mark() { marks.append((ProcessTime.wall, ProcessTime.processor)) }
    mark()
    let anonymous = try ProcessMeter.anonymousPeak {
      let environment = try environment(.batched)
      try environment.write { try VectorIndex.create(in: $0, configuration: configuration) }
      let index = try VectorIndex(environment: environment)
      try fill(index, with: train)
      mark()
      if try environment.read({ try index.withSnapshot($0) { $0.isCompactionDue } }) {
        try putInOrder(index)
      } else {
        try environment.sync()
      }
    }
    mark()
    try emit(
      "build",
      [
        ("build_s", marks[1].wall - marks[0].wall), ("persist_s", marks[2].wall - marks[1].wall),
        ("vps", Double(data.meta.n) / (marks[2].wall - marks[0].wall)),
        ("cpu_s", marks[2].cpu - marks[0].cpu), ("peak_rss_mb", ProcessMeter.memory("VmHWM")),
        ("peak_anon_mb", anonymous), ("input_mb", data.meta.n * data.meta.d * 4 >> 20),
        ("index_bytes", diskBytes(path)),
      ])
  }

  private func fill(_ index: VectorIndex, with train: Data) throws {
    let (n, d) = (data.meta.n, data.meta.d)
    let ids = (0..<n).map(String.init)
    for start in stride(from: 0, to: n, by: arguments.batch) {
      let end = min(n, start + arguments.batch)
      let rows = train.withUnsafeBytes {
        Array($0.bindMemory(to: Float.self)[start * d..<end * d])
      }
      try index.environment.write { txn in
        try index.write(txn, threads: arguments.threads) {
          _ = try $0.upsert(ids: Array(ids[start..<end]), vectors: rows)
        }
      }
    }
  }

  private func putInOrder(_ index: VectorIndex) throws {
    let copy = arguments.indexPath + ".compacting"
    try? FileManager.default.removeItem(atPath: copy)
    try index.environment.write { (txn: borrowing WriteTransaction) in
      var options = LMDB.Environment.Options()
      options.durability = .batched
      let target = try LMDB.Environment(path: copy, options: options)
      try index.environment.read {
        _ = try index.compact($0, into: target, threads: arguments.threads)
      }
      try target.sync()
      try txn.replaceEnvironment(with: copy)
    }
  }
}
