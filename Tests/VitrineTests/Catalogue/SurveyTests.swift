import Testing
import TestSupport
import Vitrine

private func survey(_ text: String, stored: Schema = Schema()) throws -> CatalogueSurvey {
  let scratch = TemporaryDirectory()
  return try CatalogueSurvey(
    CatalogueSource(path: try scratch.write(text, to: "catalogue")), stored: stored)
}

@Suite struct SurveyTests {
  @Test func `kinds follow from the values`() throws {
    let found = try survey(
      """
      SKU;Photo;title;brand;price;listed;on sale;sizes;zip;none
      1;a.jpg;A light red dress;Puma;"1,299.00";2024-05-01;yes;S|M;00123;
      2;b.jpg;A very dark shoe;Nike;€ 12,50;2024-05-02T10:00:00Z;no;M|L;04711;NA
      3;c.jpg;One more red dress;Puma;NA;;NO;L;10115;
      """)
    #expect(found.mapping.id == "SKU")
    #expect(found.mapping.image == "Photo")
    #expect(found.rows == 3)
    #expect(
      found.attributes == [
        Attribute(name: "title", kind: .text), Attribute(name: "brand", kind: .keyword),
        Attribute(name: "price", kind: .number), Attribute(name: "listed", kind: .date),
        Attribute(name: "on sale", kind: .boolean),
        Attribute(name: "sizes", kind: .keyword, isMultiValued: true, separator: "|"),
        Attribute(name: "zip", kind: .keyword),
      ])
  }

  @Test func `one value in a hundred does not change a kind but two do`() throws {
    func kind(contradictions: Int) throws -> Attribute.Kind? {
      let prices = (0..<100).map { $0 < contradictions ? "on request" : "\($0)" }
      let rows = prices.enumerated().map { "\($0),\($1)" }
      return try survey("id,price\n" + rows.joined(separator: "\n")).attributes.first?.kind
    }
    #expect(try kind(contradictions: 1) == .number)
    #expect(try kind(contradictions: 2) == .keyword)
  }

  @Test(arguments: [
    "1E5,10E4,3E2", "00123,04711,1", "12345678901234567,12345678901234568,1",
  ])
  func `codes of digits are keywords`(codes: String) throws {
    let rows = codes.split(separator: ",").enumerated().map { "\($0),\($1)" }
    let found = try survey("id,code\n" + rows.joined(separator: "\n")).attributes
    #expect(found == [Attribute(name: "code", kind: .keyword)])
  }

  @Test func `an exponent with a sign or a point is one of a number`() throws {
    let found = try survey("id,price\n1,1e+05\n2,1.5E3\n3,2e-1\n").attributes
    #expect(found == [Attribute(name: "price", kind: .number)])
  }

  @Test func `whole numbers of JSON that are too long for one are keywords`() throws {
    let found = try survey(
      #"{"id": 1, "ean": 12345678901234567, "price": 5}"# + "\n"
        + #"{"id": 2, "ean": -12345678901234568, "price": 1e5}"#)
    #expect(
      found.attributes == [
        Attribute(name: "ean", kind: .keyword), Attribute(name: "price", kind: .number),
      ])
  }

  @Test func `rows without an id that can be are counted`() throws {
    let long = String(repeating: "x", count: 501)
    let found = try survey("id,a\n1,x\n ,y\n,z\n\(long),z\n")
    #expect(found.rows == 4 && found.rowsWithoutID == 3 && found.badRows == 0)
    #expect(!found.names(""))
  }

  @Test func `what keeps a column from being one of numbers is told`() throws {
    let rows = ["12.5", "13", "abc", "14", "1e999"].enumerated().map { "\($0),\($1),x" }
    let text = "id,price,brand\n" + rows.joined(separator: "\n")
    #expect(
      try survey(text).hints == [
        "column price: 3 of 5 values are numbers, but row 4 has \"abc\": they are kept as words"
      ])
    let known = Schema(attributes: [Attribute(name: "price", kind: .keyword)])
    #expect(try survey(text, stored: known).hints == [])
    let scratch = TemporaryDirectory()
    let given = Schema(attributes: [Attribute(name: "pric", kind: .number)])
    let source = CatalogueSource(
      path: try scratch.write("id,price\n1,2\n", to: "catalogue.csv"), schema: given)
    #expect(
      try CatalogueSurvey(source, stored: Schema()).hints == [
        "the schema names \"pric\", which no row has; did you mean \"price\"?"
      ])
  }

  @Test func `commas within numbers part no words`() throws {
    let prices = ["1,106.00", "11.50", "on request", "2,300", "on request", "3,000.50"]
    let rows = prices.enumerated().map { "\($0),\"\($1)\"" }
    let attributes = try survey("id,price\n" + rows.joined(separator: "\n")).attributes
    #expect(attributes == [Attribute(name: "price", kind: .keyword)])
  }

  @Test func `ids that differ in their bytes are different`() throws {
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    let both = try survey("id,name\n\(composed),x\n\(decomposed),y\n")
    #expect(both.successor(of: 2, id: composed) == nil)
    #expect(!(try survey("id,name\n\(composed),x\n")).names(decomposed))
  }

  @Test func `the last row of an id is known`() throws {
    let found = try survey("id,a\n1,x\n2,y\n1,z\n")
    #expect(found.successor(of: 2, id: "1") == 4)
    #expect(found.successor(of: 4, id: "1") == nil)
    #expect(found.successor(of: 3, id: "2") == nil)
    #expect(found.names("2") && !found.names("3"))
  }

  @Test func `columns named by the caller must exist`() throws {
    let scratch = TemporaryDirectory()
    let path = try scratch.write("nr,a\n1,x\n", to: "c.csv")
    #expect(throws: VitrineError.self) {
      try CatalogueSurvey(CatalogueSource(path: path), stored: Schema())
    }
    #expect(throws: VitrineError.self) {
      try CatalogueSurvey(CatalogueSource(path: path, idColumn: "id"), stored: Schema())
    }
    let found = try CatalogueSurvey(CatalogueSource(path: path, idColumn: "nr"), stored: Schema())
    #expect(found.mapping.id == "nr")
  }

  @Test(arguments: [
    ("1299", 1299), ("-3.5", -3.5), ("1,299", 1299), ("1.299", 1.299), ("12,99", 12.99),
    ("1,299.50", 1299.5), ("1.299,50", 1299.5), ("1,00,000", 100_000), ("1.299.000", 1_299_000),
    ("$12.99", 12.99), ("€ 1.299,00", 1299), ("Rs. 1195", 1195), ("12 kr", 12), ("1 299,5", 1299.5),
    ("1e3", 1000), ("₹1,195", 1195), ("-1'299.50", -1299.5), ("1 299,500", 1299.5),
    ("1\u{202F}299\u{202F}000", 1_299_000), ("12\u{A0}345 €", 12_345),
  ])
  func `numbers are read as people write them`(text: String, number: Double) {
    #expect(ValueParsing.number(text) == number)
  }

  @Test(arguments: [
    "", "nan", "inf", "0x10", "1,2,3", "12-13", "$", "1.2.3.4", "12 kg", "1,29,9", "٣",
    "38 41", "5'11", "1 2", "1 2345", "1234 567", "1 234'567", "1,234 567", "1 299.00 50", "- 5",
    String(repeating: "9", count: 400),
  ])
  func `what is no number is none`(text: String) {
    #expect(ValueParsing.number(text) == nil)
  }

  @Test func `every second and number has a text`() {
    #expect(Timestamp.text(of: .min) == "-292277022657-01-27T08:29:52Z")
    #expect(Timestamp.label(of: -86_400) == "1969-12-31")
    #expect(Value.number(-0x1p63).label == "-9.223372036854776e+18")
    #expect(Value.number(-0x1p53 + 1).label == "-9007199254740991")
  }

  @Test func `dates need a day and may have a time and an offset`() {
    #expect(ValueParsing.date("1970-01-02") == 86_400)
    #expect(ValueParsing.date("2024-02-29 12:00") == 1_709_208_000)
    #expect(ValueParsing.date("2024-02-29T12:00:00.25+02:00") == 1_709_200_800)
    #expect(ValueParsing.date("2023-02-29") == nil)
    #expect(ValueParsing.date("2024-02") == nil)
    #expect(ValueParsing.date("01/02/2024") == nil)
  }
}
