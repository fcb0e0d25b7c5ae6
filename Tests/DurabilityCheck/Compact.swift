import Foundation
import TestSupport

/// Kills a compaction at random moments: the index must be whole after every kill, with every
/// product in it, and the next compaction must find nothing in its way.
func killCompaction(times: Int, seed: UInt64) async throws -> Report {
  var report = Report(name: "kill -9 of a compaction, seed \(seed)")
  var generator = SplitMix(seed: seed)
  let (directory, undisturbed) = (TemporaryDirectory(), TemporaryDirectory())
  let (shop, model) = (Shop(directory: directory.path), Shop(directory: undisturbed.path))
  for shop in [shop, model] {
    try shop.write()
    _ = try Child("resume", shop.directory).finish()
  }
  // However fast the machine is, most are to be hit.
  let start = Date()
  _ = try Child("compact", shop.directory).finish()
  let whole = Date().timeIntervalSince(start)
  for round in 0..<times {
    let delay = Double.random(in: 0...whole, using: &generator)
    let isDone = !(try Child("compact", shop.directory).kill(after: delay).isEmpty)
    report.count(isDone ? "were done already" : "were not done")
    let found = try shop.verify()
    if found != Shop.rows { report.failures.append("round \(round): \(Shop.rows) became \(found)") }
  }
  if try Child("compact", shop.directory).finish().lines.isEmpty {
    report.failures.append("the last compaction failed")
  }
  if let difference = try await shop.difference(from: model) {
    report.failures.append("in the end \(difference)")
  }
  if report.counts["were not done", default: 0] == 0 {
    report.failures.append("none was killed: nothing was shown")
  }
  return report
}
