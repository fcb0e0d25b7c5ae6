// Tries to break an index: kills its writer, cuts and flips its file, fills its map and its disk.
// Usage: DurabilityCheck kill|watch|resume|compact|follow|cut|flip|flip-shop|full COUNT [SEED]; see
// Tools/durability.
import Foundation
import Vitrine

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  FileHandle.standardError.write(
    Data(
      """
      usage: DurabilityCheck kill|watch|resume|compact|follow|cut|flip|flip-shop|full COUNT [SEED]

      """.utf8))
  exit(64)
}
do {
  switch arguments[1] {
  case "ingest": try ingestForever(arguments[2])
  case "inspect":
    say(Inspection.verdict(on: arguments[2]).line)
    Inspection.searchRegardless(arguments[2])
  case "inspect-shop": await Shop(directory: arguments[2]).inspect()
  case "resume" where Int(arguments[2]) == nil:
    say("\(try await Shop(directory: arguments[2]).ingest().rows) rows")
  case "compact" where Int(arguments[2]) == nil:
    say("\(try await Shop(directory: arguments[2]).open().compact().products) products")
  default:
    guard let count = Int(arguments[2]), count > 0 else { exit(64) }
    let seed = arguments.count > 3 ? UInt64(arguments[3]) ?? 1 : 1
    let report = try await runCheck(arguments[1], count: count, seed: seed)
    say(report.summary)
    for failure in report.failures.prefix(20) { say("  FAILED: \(failure)") }
    exit(report.failures.isEmpty ? 0 : 1)
  }
} catch {
  say("\(error)")
  exit(1)
}

func runCheck(_ name: String, count: Int, seed: UInt64) async throws -> Report {
  switch name {
  case "kill": try killWriter(times: count, seed: seed)
  case "watch": try watchWriter(snapshots: count)
  case "resume": try await resumeIngestion(times: count, seed: seed)
  case "compact": try await killCompaction(times: count, seed: seed)
  case "follow": try await followIngestion()
  case "flip-shop": try flipShopBits(count: count, seed: seed)
  case "cut": try cutFile(points: count)
  case "flip": try flipBits(count: count, seed: seed)
  case "full": try fillUp(points: count)
  default: exit(64)
  }
}

/// What a check has seen.
struct Report {
  let name: String
  var counts: [String: Int] = [:]
  var failures: [String] = []

  var summary: String {
    let parts = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return "\(name): \(parts.joined(separator: ", ")), \(failures.count) failed"
  }

  mutating func count(_ what: String, _ number: Int = 1) { counts[what, default: 0] += number }
}

/// Prints a line at once.
func say(_ line: String) {
  print(line)
  fflush(nil)
}

/// Takes in batch after batch, saying the number of each when it is committed.
func ingestForever(_ path: String) throws {
  let index = try Workload.open(path)
  while true { say("\(try Workload.ingest(index))") }
}
