import Foundation
import HNSW
import LMDB
import TestSupport

/// Kills the writer at random moments, of its start too, and goes on with what it left.
func killWriter(times: Int, seed: UInt64) throws -> Report {
  var report = Report(name: "kill -9 of the writer, seed \(seed)")
  var generator = SplitMix(seed: seed)
  var directory = TemporaryDirectory()
  var committed = 0
  for round in 0..<times {
    if round % 10 == 0 {
      directory = TemporaryDirectory()
      committed = 0
    }
    let before = committed
    let delay = Double.random(in: 0.002...0.25, using: &generator)
    let lines = try Child("ingest", directory.path).kill(after: delay)
    // A batch may have been committed and not yet reported.
    committed = lines.compactMap(Int.init).last ?? committed
    switch try Child.inspect(directory.path) {
    case .sound(let batches) where batches == committed || batches == committed + 1:
      report.count(batches == committed ? "at the reported batch" : "one batch further")
      report.count("batches", batches - before)
      committed = batches
    case .refused(let reason) where committed == 0:
      // Killed before the index was made; the next round makes it.
      report.count("before the index was made")
      if !reason.contains("no vector index") { report.failures.append("round \(round): \(reason)") }
    case let verdict: report.failures.append("round \(round), batch \(committed): \(verdict.line)")
    }
  }
  if report.counts["batches", default: 0] == 0 {
    report.failures.append("no batch was committed: nothing was shown")
  }
  return report
}

/// Reads snapshot after snapshot of an index while another process commits to it: each must hold
/// exactly what some number of batches leaves, and that number only grows.
func watchWriter(snapshots: Int) throws -> Report {
  var report = Report(name: "reading while another process writes")
  let directory = TemporaryDirectory()
  _ = try Workload.ingest(Workload.open(directory.path))
  let writer = try Child("ingest", directory.path)
  let index = try VectorIndex(environment: Environment(path: directory.path))
  var last = 0
  var number = 0
  // A busy machine may be slow to start the writer: read on until it has written.
  while number < snapshots || (last < 2 && number < 1000 * snapshots) {
    number += 1
    switch try Inspection.compare(index) {
    case .sound(let batches) where batches >= last:
      report.count(batches == last ? "as before" : "further on")
      last = batches
    case let verdict: report.failures.append("snapshot \(number): \(verdict.line)")
    }
  }
  let committed = writer.kill(after: 0).count
  if last < 2 { report.failures.append("of \(committed) batches none was seen") }
  return report
}

/// Makes an index without free pages in a directory.
private func makeIndex(batches: Int, in directory: TemporaryDirectory) throws -> DamagedFile {
  let source = TemporaryDirectory()
  let index = try Workload.open(source.path)
  for _ in 0..<batches { _ = try Workload.ingest(index) }
  try index.environment.copy(to: directory.path, compact: true)
  return try DamagedFile(of: directory.path)
}

/// Cuts the data file short at points spread over it.
func cutFile(points: Int) throws -> Report {
  var report = Report(name: "cut file")
  let directory = TemporaryDirectory()
  let file = try makeIndex(batches: 12, in: directory)
  for point in 0..<points {
    let length = file.bytes.count * point / points + point % 4096
    try file.write { $0 = $0.prefix(min(length, $0.count - 1)) }
    switch try Child.inspect(directory.path) {
    case .refused: report.count("refused")
    case .found: report.count("found by verify")
    case let verdict: report.failures.append("cut at \(length): \(verdict.line)")
    }
  }
  return report
}

/// Flips single bits, every other one in a page of the B-trees.
func flipBits(count: Int, seed: UInt64) throws -> Report {
  var report = Report(name: "flipped bit, seed \(seed)")
  var generator = SplitMix(seed: seed)
  let directory = TemporaryDirectory()
  let file = try makeIndex(batches: 40, in: directory)
  for number in 0..<count {
    let (page, bit) = file.randomBit(inTree: number % 2 == 1, using: &generator)
    try file.flip(page: page, bit: bit)
    switch try Child.inspect(directory.path) {
    case .sound: report.count("without effect")
    case .refused: report.count("refused")
    case .found: report.count("found by verify")
    case let verdict: report.failures.append("page \(page), bit \(bit): \(verdict.line)")
    }
  }
  return report
}

/// Lets batches fail for want of room, at many points: of the map, and of a small disk where one
/// can be mounted.
func fillUp(points: Int) throws -> Report {
  var report = Report(name: "full map and disk")
  for point in 0..<points {
    let directory = TemporaryDirectory()
    let size = 400_000 + 50_000 * point
    try fill(directory.path, mapSize: size, expecting: .mapFull, &report)
    if let disk = SmallDisk(bytes: size) {
      try fill(disk.path, mapSize: nil, expecting: .diskFull, &report)
    } else if point == 0 {
      say("no small disk can be mounted (it takes Linux and root): full map only")
    }
  }
  return report
}

/// Takes in batches until one fails, and checks that the index is as it was before that one.
private func fill(
  _ path: String, mapSize: Int?, expecting code: LMDBError.Code, _ report: inout Report
) throws {
  var committed = 0
  do {
    let index = try Workload.open(path, mapSize: mapSize)
    while true { committed = try Workload.ingest(index) }
  } catch let error as LMDBError where error.code == code {
    report.count("\(code)")
  }
  switch try Child.inspect(path) {
  case .sound(committed): break
  case .refused(let reason) where committed == 0 && reason.contains("no vector index"): break
  case let verdict: report.failures.append("\(code) after batch \(committed): \(verdict.line)")
  }
}
