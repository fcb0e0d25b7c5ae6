import Foundation

/// The command line that every contestant of the index benchmark understands.
struct Arguments {
  var data = ""
  var name = ""
  var threads = 1
  var out = ""
  var phases = ["build", "open", "search", "filter"]
  var queries = "test"
  var queryCount = 10_000
  var budget = 4.0
  var efs: [Int] = []
  var round = 0
  var cpus: [Int]?
  var index: String?
  var variant = ""
  var batch = 20_000
  var efConstruction = 200

  static let usage = """
    vitrine-bench --data DIR --name SET --out RESULTS.jsonl
      [--phase build,open,search,filter,write,plan,reads,churn,self] [--threads N] [--queries test|text] [--nq 10000]
      [--budget SECONDS] [--efs 10,16,…] [--round R] [--cpus 0,1] [--index DIR]
      [--variant f16|f32|bf16|codes] [--batch 20000] [--efc 200]
    """

  init(_ words: [String]) throws {
    var rest = words[...]
    while let flag = rest.popFirst() {
      guard let value = rest.popFirst() else { throw Usage(reason: "\(flag) lacks its value") }
      func number() throws -> Int {
        guard let number = Int(value) else { throw Usage(reason: "\(flag): no number: \(value)") }
        return number
      }
      func list() throws -> [Int] {
        try value.split(separator: ",").map {
          guard let number = Int($0) else { throw Usage(reason: "\(flag): no number: \($0)") }
          return number
        }
      }
      switch flag {
      case "--data": data = value
      case "--name": name = value
      case "--threads": threads = try number()
      case "--out": out = value
      case "--phase": phases = value.split(separator: ",").map(String.init)
      case "--queries": queries = value
      case "--nq": queryCount = try number()
      case "--budget": budget = Double(value) ?? budget
      case "--efs": efs = try list()
      case "--round": round = try number()
      case "--cpus": cpus = try list()
      case "--index": index = value
      case "--variant": variant = value
      case "--batch": batch = try number()
      case "--efc": efConstruction = try number()
      default: throw Usage(reason: "unknown flag \(flag)")
      }
    }
    guard !data.isEmpty, !name.isEmpty, !out.isEmpty else {
      throw Usage(reason: "--data, --name and --out are needed")
    }
    if efs.isEmpty {
      efs = [6, 8, 10, 16, 24, 32, 48, 64, 96, 128, 200, 400]
      // Texts are far from everything.
      if queries == "text" { efs += [800, 1600, 3200, 6400] }
    }
  }

  /// Where the index is.
  var indexPath: String {
    index ?? "\(data)/../idx/vitrine\(variant.isEmpty ? "" : "-" + variant)/\(name)"
  }
}

/// A command line that cannot be understood.
struct Usage: Error {
  let reason: String
}
