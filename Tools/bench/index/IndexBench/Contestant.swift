import BenchSupport
import Foundation
import HNSW
import LMDB
import Synchronization

/// Runs the phases of the benchmark and appends a record of each measurement.
struct Contestant {
  static let k = 10
  let arguments: Arguments
  let data: DataSet

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    data = try DataSet(directory: arguments.data, name: arguments.name)
  }

  func run(_ phase: String) throws {
    let usesThreads = ["build", "churn"].contains(phase) && arguments.threads > 1
    let cpus = arguments.cpus ?? (phase == "reads" ? [0, 1] : usesThreads ? nil : [1])
    try ProcessMeter.pin(to: cpus ?? Array(0..<arguments.threads))
    switch phase {
    case "build": try build()
    case "open": try open()
    case "search": try search()
    case "filter": try filter()
    case "write": try write()
    case "plan": try plan()
    case "reads": try reads()
    case "writer": try keepWriting()
    case "churn": try churn()
    case "self": try findThemselves()
    default: throw Usage(reason: "unknown phase \(phase)")
    }
  }

  var configuration: IndexConfiguration {
    let storage: VectorStorage =
      switch arguments.variant {
      case "f32": .float32
      case "f16": .float16
      case "bf16": .bfloat16
      case "codes": .codesOnly
      default: .int16
      }
    return IndexConfiguration(
      dimensions: data.meta.d, metric: .cosine, efConstruction: arguments.efConstruction,
      storage: storage)
  }

  func emit(_ phase: String, _ fields: [(String, any Encodable)]) throws {
    let base: [(String, any Encodable)] = [
      ("peer", "vitrine"), ("variant", arguments.variant), ("version", "main"),
      ("dataset", arguments.name), ("n", data.meta.n), ("d", data.meta.d), ("phase", phase),
      ("threads", arguments.threads), ("round", arguments.round),
      ("ts", Int(Date().timeIntervalSince1970)), ("M", 16), ("efc", arguments.efConstruction),
    ]
    let encoder = JSONEncoder()
    let text = try (base + fields).map { name, value in
      "\"\(name)\": " + String(decoding: try encoder.encode(value), as: UTF8.self)
    }.joined(separator: ", ")
    let line = Data("{\(text)}\n".utf8)
    if !FileManager.default.fileExists(atPath: arguments.out) {
      _ = FileManager.default.createFile(atPath: arguments.out, contents: nil)
    }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: arguments.out))
    try file.seekToEnd()
    try file.write(contentsOf: line)
    try file.close()
    print(fields.map { "\($0)=\($1)" }.joined(separator: " "))
  }

  func environment(_ durability: LMDB.Environment.Options.Durability = .full) throws
    -> LMDB.Environment
  {
    var options = LMDB.Environment.Options()
    options.durability = durability
    return try LMDB.Environment(path: arguments.indexPath, options: options)
  }

  /// The index's environment after a fresh start: read into memory as a whole, like the peers'.
  func preloaded() throws -> LMDB.Environment {
    _ = goCold(["\(arguments.indexPath)/data.mdb"])
    let environment = try environment()
    environment.preload()
    return environment
  }

  // MARK: open

  private func open() throws {
    let file = "\(arguments.indexPath)/data.mdb"
    let isCold = goCold([file])
    Thread.sleep(forTimeInterval: 0.2)
    try open(cold: isCold)
    _ = try Data(contentsOf: URL(fileURLWithPath: file))
    try open(cold: false)
  }

  private func open(cold isCold: Bool) throws {
    let d = data.meta.d
    let queries = try data.rows("test.f32", count: 2, width: d, of: Float.self)
    var times = [ProcessTime.wall]
    let environment = try environment()
    let index = try VectorIndex(environment: environment)
    times.append(ProcessTime.wall)
    for row in 0..<2 {
      _ = try environment.read { txn in
        try index.withSnapshot(txn) {
          try $0.search(queries.span.extracting(row * d..<(row + 1) * d), k: Self.k, ef: 64)
        }
      }
      times.append(ProcessTime.wall)
    }
    try emit(
      "open",
      [
        ("cold", isCold), ("open_s", times[1] - times[0]), ("first_s", times[2] - times[0]),
        ("second_s", times[3] - times[2]), ("rss_mb", ProcessMeter.memory("VmRSS")),
        ("anon_mb", ProcessMeter.memory("RssAnon")),
      ])
  }

  // MARK: search

  /// Queries that are asked one by one.
  private static let alone = 1000

  /// One measured run over queries: each in a read transaction of its own, as a server would.
  struct Run {
    var found: [[Slot]] = []
    var latencies: [Double] = []
    var distances = 0
    var wall = 0.0
    var cpu = 0.0
    var paths: [SearchPath: Int] = [:]

    var fields: [(String, any Encodable)] {
      let sorted = latencies.sorted()
      let count = sorted.count
      return [
        ("nq", count), ("qps", Double(count) / wall), ("qps_cpu", Double(count) / cpu),
        ("p50_us", sorted[count / 2] * 1e6), ("p99_us", sorted[count * 99 / 100] * 1e6),
        ("distances", Double(distances) / Double(count)),
        ("paths", Dictionary(uniqueKeysWithValues: paths.map { ($0.key.rawValue, $0.value) })),
      ]
    }
  }

  ///
  /// - Parameter filters: one for each query, if there are any.
  func run(
    _ queries: [Float], _ parameters: SearchParameters, filters: [SlotSet]? = nil, budget: Double,
    in index: VectorIndex
  ) throws -> Run {
    let d = data.meta.d
    var (run, parameters) = (Run(), parameters)
    let (wall, cpu) = (ProcessTime.wall, ProcessTime.processor)
    for row in 0..<queries.count / d {
      if let filters { parameters.filter = filters[row] }
      let start = ProcessTime.wall
      let result = try index.environment.read { txn in
        try index.withSnapshot(txn) {
          try $0.search(queries.span.extracting(row * d..<(row + 1) * d), parameters)
        }
      }
      let end = ProcessTime.wall
      run.latencies.append(end - start)
      run.found.append(result.hits.map(\.slot))
      run.distances += result.distanceCount
      run.paths[result.path, default: 0] += 1
      if end - wall > budget { break }
    }
    run.wall = ProcessTime.wall - wall
    run.cpu = ProcessTime.processor - cpu
    return run
  }

  private func search() throws {
    let (d, kind) = (data.meta.d, arguments.queries)
    let queries = try data.rows(
      "\(kind).f32", count: arguments.queryCount, width: d, of: Float.self)
    let truth = try data.rows(
      kind == "test" ? "gt.i32" : "textgt.i32", count: arguments.queryCount, width: 100,
      of: Int32.self)
    let index = try VectorIndex(environment: try preloaded())
    let numbering = try Numbering(index, rows: data.meta.n)
    let few = Array(queries.prefix(Self.alone * d))
    func answer(_ parameters: SearchParameters) throws -> [SearchResult] {
      try index.environment.read { txn in
        try index.withSnapshot(txn) {
          try $0.search(batch: queries, parameters, threads: arguments.threads)
        }
      }
    }
    // As every peer's first search is not counted.
    let warm = SearchParameters(k: Self.k, ef: 48)
    _ = try (answer(warm), run(few, warm, budget: arguments.budget / 2, in: index))
    for ef in arguments.efs {
      let parameters = SearchParameters(k: Self.k, ef: ef)
      let alone = try run(few, parameters, budget: arguments.budget, in: index)
      let cpu = ProcessTime.processor
      let found = try answer(parameters)
      let batchCPU = ProcessTime.processor - cpu
      try emit(
        "search",
        [
          ("queries", kind), ("ef", ef), ("k", Self.k),
          (
            "recall10",
            recall(
              numbering.rows(of: found.map { $0.hits.map(\.slot) }), truth, width: 100, k: Self.k)
          ),
          ("batch", found.count), ("qps_batch_cpu", Double(found.count) / batchCPU),
        ] + alone.fields + [
          ("rss_mb", ProcessMeter.memory("VmRSS")), ("anon_mb", ProcessMeter.memory("RssAnon")),
        ])
    }
  }
}
