import Foundation
import Testing
import Vitrine

@Suite struct FilterTests {
  private let schema = RandomCatalogue.schema

  private func parse(_ text: String) throws -> Filter { try Filter.parse(text, schema: schema) }

  private func error(_ text: String, with schema: Schema? = RandomCatalogue.schema) -> FilterError?
  {
    #expect(throws: FilterError.self) { try Filter.parse(text, schema: schema) }
  }

  @Test func `and binds tighter than or and not tighter than and`() throws {
    let filter = try parse("brand = Nike or not price < 5 and exists colour")
    #expect(
      filter
        == .or([
          .compare(attribute: "brand", .equal, .text("Nike")),
          .and([
            .not(.compare(attribute: "price", .less, .number(5))), .exists(attribute: "colour"),
          ]),
        ]))
  }

  @Test func `the sentence of the manual parses`() throws {
    let filter = try parse(
      #"BRAND = "Nike" AND colour In (Red, navy blue) and Price < 2000 and not colour = Red"#)
    #expect(
      filter
        == .and([
          .compare(attribute: "brand", .equal, .text("Nike")),
          .oneOf(attribute: "colour", [.text("Red"), .text("navy blue")]),
          .compare(attribute: "price", .less, .number(2000)),
          .not(.compare(attribute: "colour", .equal, .text("Red"))),
        ]))
  }

  @Test func `literals take the kind of their attribute`() throws {
    #expect(try parse("brand = 42") == .compare(attribute: "brand", .equal, .text("42")))
    #expect(try parse("price = '42'") == .compare(attribute: "price", .equal, .number(42)))
    #expect(try parse("'new in' = Yes") == .compare(attribute: "new in", .equal, .boolean(true)))
    #expect(try parse("brand = Levi's") == .compare(attribute: "brand", .equal, .text("Levi's")))
    #expect(
      try parse("brand = New Balance or price>1")
        == .or([
          .compare(attribute: "brand", .equal, .text("New Balance")),
          .compare(attribute: "price", .greater, .number(1)),
        ]))
  }

  @Test func `a star asks for a prefix unless it is quoted`() throws {
    #expect(try parse("brand = Nik*") == .prefix(attribute: "brand", "Nik"))
    #expect(try parse(#"brand != "New B"*"#) == .not(.prefix(attribute: "brand", "New B")))
    #expect(try parse(#"brand = "Nik*""#) == .compare(attribute: "brand", .equal, .text("Nik*")))
    #expect(
      try parse("brand in (Nik*, Puma)")
        == .or([.prefix(attribute: "brand", "Nik"), .oneOf(attribute: "brand", [.text("Puma")])]))
  }

  @Test func `short dates mean whole spans`() throws {
    let day: Int64 = 1_717_113_600  // 2024-05-31
    #expect(
      try parse("added = 2024-05-31")
        == .between(attribute: "added", .date(day), .date(day + 86_399)))
    #expect(
      try parse("added > 2024-05-31")
        == .compare(attribute: "added", .greater, .date(day + 86_399)))
    #expect(
      try parse("added <= 2024-05-31T00:00:00Z")
        == .compare(attribute: "added", .lessOrEqual, .date(day)))
    #expect(
      try parse("added between 1970 and 2024-05-31")
        == .between(attribute: "added", .date(0), .date(day + 86_399)))
  }

  @Test func `errors point at their column`() {
    #expect(error("")?.column == 1)
    #expect(error("brnd = Nike")?.suggestion == "brand")
    #expect(error("price < cheap")?.column == 9)
    #expect(error("price < cheap")?.expected == "a number for price")
    #expect(error("brand = Nike price < 5")?.column == 14)
    #expect(error("(brand = Nike")?.found == "the end")
    #expect(error("brand == Nike")?.suggestion == "=")
    #expect(error("brand < Nike")?.column == 7)
    #expect(error("brand = \"Nike")?.column == 9)
    #expect(error("brand in (Nike, )")?.column == 17)
    #expect(error("title = red")?.expected.contains("exists") == true)
    #expect(error("price between 1 and")?.found == "the end")
    #expect(error("brand = Nike)")?.column == 13)
    #expect(error("brand = Nike and")?.found == "the end")
    #expect(error("added = 2024-02-30")?.column == 9)
    #expect(error("price = nan")?.column == 9)
  }

  @Test func `a word of a name suggests the name`() {
    let schema = Schema(
      attributes: ["brandName", "base_colour", "descriptors.style"].map {
        Attribute(name: $0, kind: .keyword)
      })
    #expect(error("brnd = Nike", with: schema)?.suggestion == "brandName")
    #expect(error("color = Red", with: schema)?.suggestion == "base_colour")
    #expect(error("style = x", with: schema)?.suggestion == "descriptors.style")
    #expect(error("weight = 3", with: schema)?.suggestion == nil)
  }

  @Test func `the excerpt puts a caret under the column`() {
    #expect(error("price < cheap")?.excerpt == "price < cheap\n        ^")
  }

  @Test func `depth and size are limited`() {
    let deep = String(repeating: "(", count: 10_000) + "price = 1"
    #expect(error(deep)?.column == Filter.Limits.depth + 1)
    #expect(error(String(repeating: "not ", count: 10_000) + "price = 1") != nil)
    let wide = (0..<5000).map { "\($0)" }.joined(separator: ",")
    #expect(error("price in (\(wide))")?.expected.contains("4096") == true)
  }

  @Test func `arbitrary text never traps`() {
    var random = RandomCatalogue(seed: 3)
    let pieces = [
      "brand", "price", "(", ")", "=", "!=", "<", "\"", "'", "*", " ", "and", "not", "in",
      "between", ",", "5", "Nik*", "\\", "é", "\u{0}", "👟", "2024-13", "exists", "\n", "-",
    ]
    for _ in 0..<20_000 {
      let text = (0..<12).map { _ in random.pick(pieces) }.joined(
        separator: random.pick(["", " "]))
      for schema in [schema, nil] {
        do throws(FilterError) {
          _ = try Filter.parse(text, schema: schema)
        } catch {
          #expect(error.column >= 1 && error.column <= text.count + 1, "\(text.debugDescription)")
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `printed filters parse to the same tree`(seed: UInt64) throws {
    var random = RandomCatalogue(seed: seed)
    for _ in 0..<2000 {
      let filter = random.filter(sizes: 0...3)
      let printed = filter.description
      #expect(try Filter.parse(printed, schema: schema) == filter.plain, "seed \(seed)")
      #expect(try Filter.parse(printed) == filter.plain, "seed \(seed)")
    }
  }

  @Test func `what holds always or never is true or false`() throws {
    let constant = Filter.and([
      .exists(attribute: "PRICE"), .or([]), .not(.and([])), .oneOf(attribute: "brand", []),
    ])
    #expect(constant.description == "exists PRICE and false and not true and false")
    #expect(
      try constant.bound(to: schema)
        == .and([.exists(attribute: "price"), .or([]), .not(.and([])), .or([])]))
    #expect(
      try parse("TRUE or brand = true")
        == .or([.and([]), .compare(attribute: "brand", .equal, .text("true"))]))
    let other = Schema(attributes: [Attribute(name: "true", kind: .number)])
    #expect(
      try Filter.parse("True = 1 and not true", schema: other)
        == .and([.compare(attribute: "true", .equal, .number(1)), .not(.and([]))]))
  }

  @Test func `a filter is text in JSON`() throws {
    let filter = try parse(#"brand in ("in", 'a "quoted" one') and price between 1 and 2.5"#)
    let json = try JSONEncoder().encode([filter])
    #expect(try JSONDecoder().decode([Filter].self, from: json) == [filter])
    #expect(throws: FilterError.self) {
      try JSONDecoder().decode([Filter].self, from: Data(#"["brand ="]"#.utf8))
    }
    let decoder = JSONDecoder()
    decoder.userInfo[try #require(CodingUserInfoKey.schema)] = schema
    let error = #expect(throws: FilterError.self) {
      try decoder.decode([Filter].self, from: Data(#"["  BRAND=Nike  and  pryce<5"]"#.utf8))
    }
    #expect(error?.column == 20)
    #expect(error?.suggestion == "price")
  }
}

extension Filter {
  /// Without what the text does not tell: `and` and `or` of one condition, lists of no values.
  fileprivate var plain: Filter {
    switch self {
    case .and(let parts): parts.count == 1 ? parts[0].plain : .and(parts.map(\.plain))
    case .or(let parts): parts.count == 1 ? parts[0].plain : .or(parts.map(\.plain))
    case .not(let part): .not(part.plain)
    case .oneOf(_, let values): values.isEmpty ? .or([]) : self
    default: self
    }
  }
}
