import BenchSupport
import CLIP
import Foundation
import Vitrine

/// What the library does without HTTP: the same queries, asked by so many tasks for so many
/// seconds.
///
///     LoadBench INDEX vectors FILE       writes search bodies of products' vectors, one a line
///     LoadBench INDEX run FILE TASKS S [MODEL]    answers the bodies of a file, and prints the rate
///     LoadBench INDEX encode FILE TASKS S MODEL   only makes vectors of their texts
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
    let model =
      arguments.count == 7 ? ModelEmbedder(try CLIPModel(directory: arguments[6])) : nil
    var options = Engine.Options()
    options.readOnly = true
    let engine = try Engine(path: arguments[1], embedder: model, options: options)
    if arguments[2] == "vectors" { return try await writeVectors(of: engine, to: arguments[3]) }
    guard arguments.count >= 6, let tasks = Int(arguments[4]), let seconds = Double(arguments[5])
    else { throw Usage() }
    let decoder = JSONDecoder()
    let queries = try Data(contentsOf: URL(filePath: arguments[3])).split(
      separator: UInt8(ascii: "\n")
    )
    .map { try decoder.decode(Query.self, from: $0) }
    switch (arguments[2], model) {
    case ("run", _): try await answer(queries, engine, tasks: tasks, seconds: seconds)
    case ("encode", let model?): try await encode(queries, model, tasks: tasks, seconds: seconds)
    default: throw Usage()
    }
  }

  struct Usage: Error, CustomStringConvertible {
    let description = """
      LoadBench INDEX vectors FILE | LoadBench INDEX run FILE TASKS SECONDS [MODEL]
      | LoadBench INDEX encode FILE TASKS SECONDS MODEL
      """
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
    _ queries: [Query], _ engine: Engine, tasks: Int, seconds: Double
  ) async throws {
    try await measure(tasks: tasks, seconds: seconds) { number in
      _ = try await engine.search(queries[number % queries.count])
      return 1
    }
  }

  /// As many texts a call as searches that come together share.
  private static func encode(
    _ queries: [Query], _ model: ModelEmbedder, tasks: Int, seconds: Double
  ) async throws {
    let texts = queries.flatMap(\.terms).compactMap { term in
      if case .text(let text) = term.subject { text } else { nil }
    }
    let size = max(1, min(32, tasks / 2))
    try await measure(tasks: min(tasks, 2), seconds: seconds) { number in
      let first = number * size % (texts.count - size)
      _ = try model.embed(texts: Array(texts[first..<first + size]))
      return size
    }
  }

  /// Prints how much tasks do in so many seconds, of which each does one call after the other.
  private static func measure(
    tasks: Int, seconds: Double, _ call: @escaping @Sendable (_ number: Int) async throws -> Int
  ) async throws {
    let before = ProcessTime.processor
    let start = ContinuousClock.now
    let end = start.advanced(by: .seconds(seconds))
    let done = try await withThrowingTaskGroup(of: Int.self) { group in
      for task in 0..<tasks {
        group.addTask {
          var (calls, done) = (0, 0)
          while ContinuousClock.now < end {
            done += try await call(task * 7919 + calls)
            calls += 1
          }
          return done
        }
      }
      return try await group.reduce(0, +)
    }
    let passed = start.duration(to: .now) / .seconds(1)
    let spent = 1000 * (ProcessTime.processor - before) / Double(done)
    print(String(format: "{\"rate\": %.1f, \"processor_ms\": %.4f}", Double(done) / passed, spent))
  }
}
