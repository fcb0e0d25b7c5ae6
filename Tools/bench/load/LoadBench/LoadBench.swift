import Foundation
import Vitrine

/// What the library does without HTTP: the same queries, asked by so many tasks for so many seconds.
///
///     LoadBench INDEX vectors FILE       writes search bodies of products' vectors, one a line
///     LoadBench INDEX run FILE TASKS S   answers the bodies of a file, and prints the rate
@main
struct LoadBench {
  static func main() async {
    do {
      try await run()
    } catch {
      FileHandle.standardError.write(Data("LoadBench: \(error)\n".utf8))
      exit(error is Usage ? 64 : 1)
    }
  }

  private static func run() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 4 else { throw Usage() }
    var options = Engine.Options()
    options.readOnly = true
    let engine = try Engine(path: arguments[1], options: options)
    switch arguments[2] {
    case "vectors": try await writeVectors(of: engine, to: arguments[3])
    case "run" where arguments.count == 6:
      let tasks = Int(arguments[4]) ?? 1
      let seconds = Double(arguments[5]) ?? 5
      try await answer(arguments[3], engine, tasks: tasks, seconds: seconds)
    default: throw Usage()
    }
  }

  struct Usage: Error, CustomStringConvertible {
    let description = "LoadBench INDEX vectors FILE | LoadBench INDEX run FILE TASKS SECONDS"
  }

  /// Vectors a little beside those of products spread over the index, so that none is a stored one.
  private static func writeVectors(of engine: Engine, to path: String) async throws {
    var query = Query()
    query.k = 1_000
    query.candidates = 20_000
    var lines = ""
    var row = 0
    while lines.utf8.count < 8 << 20 {
      let page = try await engine.search(query)
      for hit in page.hits {
        guard let vector = try await engine.vector(hit.id) else { continue }
        row += 1
        let moved = vector.enumerated().map { $1 + 0.01 * sin(Float(row * 31 + $0 * 17)) }
        let numbers = moved.map { String(format: "%.5f", $0) }.joined(separator: ",")
        lines += "{\"terms\":[{\"vector\":[\(numbers)]}],\"k\":10}\n"
      }
      guard let next = page.cursor else { break }
      query.cursor = next
    }
    try Data(lines.utf8).write(to: URL(filePath: path))
  }

  private static func answer(
    _ path: String, _ engine: Engine, tasks: Int, seconds: Double
  ) async throws {
    let decoder = JSONDecoder()
    let queries = try Data(contentsOf: URL(filePath: path)).split(separator: UInt8(ascii: "\n"))
      .map { try decoder.decode(Query.self, from: $0) }
    let before = processorSeconds()
    let start = ContinuousClock.now
    let end = start.advanced(by: .seconds(seconds))
    let done = try await withThrowingTaskGroup(of: Int.self) { group in
      for task in 0..<tasks {
        group.addTask {
          var done = 0
          while ContinuousClock.now < end {
            _ = try await engine.search(queries[(task * 7919 + done) % queries.count])
            done += 1
          }
          return done
        }
      }
      return try await group.reduce(0, +)
    }
    let passed = start.duration(to: .now) / .seconds(1)
    let spent = 1000 * (processorSeconds() - before) / Double(done)
    print(String(format: "{\"rate\": %.1f, \"processor_ms\": %.4f}", Double(done) / passed, spent))
  }

  /// Processor time of this process so far.
  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
