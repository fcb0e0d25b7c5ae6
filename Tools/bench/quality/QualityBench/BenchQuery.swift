import Foundation
import Vitrine

/// A product with the facts that queries are made from.
struct BenchProduct {
  let id: String
  let title: String
  let brand: String
  let description: String
  let type: String
  let colour: String
  let gender: String
  let usage: String
  /// Which half of the titles its own belongs to: 0 or 1.
  let half: Int

  static let schema = Schema(
    attributes: [
      Attribute(name: "title", kind: .text), Attribute(name: "brand", kind: .keyword),
      Attribute(name: "description", kind: .text),
    ], id: "id", image: "image")

  /// What is indexed.
  var row: [String: String] {
    [
      "id": id, "image": "images/\(id).jpg", "title": title, "brand": brand,
      "description": description,
    ]
  }

  /// The products whose titles the model was not trained on.
  ///
  /// A title is held out if its hash is divisible by ten, as `Tools/train` splits.
  static func heldOut(in path: String) throws -> [BenchProduct] {
    let split = try Process.lines(
      "/usr/bin/env",
      [
        "python3", "-c",
        """
        import gzip, hashlib, json, sys
        path = sys.argv[1]
        lines = (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8")
        for line in lines:
            row = json.loads(line)
            title = str(row.get("productDisplayName") or "").strip().lower()
            digest = hashlib.sha256(title.encode()).digest()
            if title and int.from_bytes(digest[:8], "big") % 10 == 0:
                print(json.dumps({k: str(v or "") for k, v in {
                    "half": str(digest[8] % 2), "id": row["id"], "title": row["productDisplayName"],
                    "brand": row.get("brandName"), "type": row.get("articleType"),
                    "colour": row.get("baseColour"), "gender": row.get("gender"),
                    "usage": row.get("usage"),
                    "description": (row.get("descriptors") or {}).get("description")}.items()}))
        """, path,
      ])
    return try split.map { line in
      let row = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
      func text(_ key: String) -> String { row[key] ?? "" }
      return BenchProduct(
        id: text("id"), title: text("title"), brand: text("brand"),
        description: text("description"), type: text("type"), colour: text("colour"),
        gender: text("gender"), usage: text("usage"), half: Int(text("half")) ?? 0)
    }
  }
}

/// A search and the ids of the products that it should find.
struct BenchQuery {
  let text: String
  let withBrand: Bool
  let relevant: Set<String>

  /// One query for every combination of facts that at least five products have.
  static func all(for products: [BenchProduct]) -> [BenchQuery] {
    [false, true].flatMap { withBrand in
      let groups = Dictionary(grouping: products.filter(\.isComplete)) {
        $0.query(withBrand: withBrand)
      }
      return groups.filter { $0.value.count >= 5 }.sorted { $0.key < $1.key }.map {
        BenchQuery(text: $0.key, withBrand: withBrand, relevant: Set($0.value.map(\.id)))
      }
    }
  }
}

extension BenchProduct {
  fileprivate var isComplete: Bool {
    ![type, colour, gender, brand, usage].contains { $0.isEmpty || $0 == "NA" }
  }

  /// The facts in the words of a shopper: "women blue casual shirts", "puma men black shoes".
  fileprivate func query(withBrand: Bool) -> String {
    let words = withBrand ? [brand, colour, type] : [gender, colour, usage, type]
    return words.joined(separator: " ").lowercased()
  }
}

extension Process {
  /// The lines that a program prints.
  fileprivate static func lines(_ program: String, _ arguments: [String]) throws -> [String] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw VitrineError.badData(path: program, row: 0, column: nil, reason: "cannot split it")
    }
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
