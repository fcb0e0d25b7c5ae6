import Foundation
import Testing
import TestSupport
import Vitrine
import VitrineCommand

private struct Shop: Vocabulary {
  var attributes: [Attribute] {
    [
      Attribute(name: "title", kind: .text), Attribute(name: "brand", kind: .keyword),
      Attribute(name: "price", kind: .number), Attribute(name: "colour", kind: .keyword),
      Attribute(name: "article type", kind: .keyword), Attribute(name: "exists", kind: .keyword),
    ]
  }
  func values(of attribute: String, prefix: String) -> [String] {
    let values = [
      "brand": ["Kestrel", "Alder & Finch", "Kelp", "T-Gear", "O\"Hara (UK)", "In"],
      "article type": ["Coat"], "colour": ["Sky", "Sky Blue", "Sea Green", "Sea Grey"],
    ]
    return (values[attribute] ?? []).filter {
      $0.lowercased().hasPrefix(prefix.lowercased())
    }
  }
  func ids(prefix: String) -> [String] {
    ["V1", "V12", "a \"b\" c"].filter { $0.hasPrefix(prefix) }
  }
}

@Suite struct CompletionTests {
  @Test(arguments: [
    (":fac", [":facets"]),
    (":filter b", ["brand"]),
    (":filter ar", ["\"article type\""]),
    (":filter brand ", ["=", "!=", "in"]),
    (":filter price ", ["=", "!=", "<", "<=", ">", ">=", "in", "between"]),
    (":filter title ", []), (":filter t", []), (":filter exists t", ["title"]),
    (":filter exists title ", ["and", "or"]),
    (":filter brand = Ke", ["Kestrel", "Kelp"]), (":filter brand=Ke", ["Kestrel", "Kelp"]),
    (#":filter "article type"!=c"#, ["Coat"]),
    (":filter price>=3 and brand =al", ["\"Alder & Finch\""]),
    (":filter brand = \"a=", []), (":filter brand=T-", ["T-Gear"]),
    (":filter brand=\"al", ["\"Alder & Finch\""]), (":filter price<", ["<", "<="]),
    (":filter brand = \"Al", ["\"Alder & Finch\""]),
    (":filter brand in (Kelp, a", ["\"Alder & Finch\""]),
    (":filter brand = Kelp a", ["and"]),
    (":filter brand = Kelp and pr", ["price"]),
    (":filter brand = T", ["T-Gear"]), (":filter brand = i", ["\"In\""]),
    (":filter brand = o", [#""O\"Hara (UK)""#]), (#":filter brand = "O\"Ha"#, [#""O\"Hara (UK)""#]),
    (#":filter brand = "O\"Hara (UK)" or e"#, ["\"exists\""]),
    (#":filter "article type" = c"#, ["Coat"]),
    (":like V", ["V1", "V12"]), (":show a", [#""a \"b\" c""#]),
    (#":show "a \"b"#, [#""a \"b\" c""#]),
    (":set columns a", ["\"article type\"", "auto"]),
    (":set p", ["pictures"]),
    (":set columns c", ["colour"]), (":set columns t", ["title"]), (":set sort t", []),
    (":set mentions ", ["ignore", "boost", "filter", "auto", "off"]), (":set fusion r", ["rrf"]),
    (":set exact o", ["on", "off"]), (":set looks ", ["auto", "off"]),
    (":set exact ", ["on", "off", "auto"]), (":set k o", ["off"]), (":set group au", ["auto"]),
    (":set sort price o", []), (":set sort -pri", ["-price"]),
    (#":set sort price -"art"#, [#""-article type""#]), (":set group -pri", []),
    (":filter o", ["off"]), (":and o", []), (":filter brand = Kelp and o", []),
    (":filter 'article type' = c", ["Coat"]), (":filter brand = 'Alder & F", [#""Alder & Finch""#]),
    (":filter brand in ('Alder & Finch', 'ke", [#""Kestrel""#, #""Kelp""#]),
    (":boost brand = 'Alder & Finch' ", ["by"]), (":show 'V12", ["V12"]),
    (":facets c", ["colour"]), (":facets t", []), (":fac c", ["colour"]), ("  :fil", [":filter"]),
    (":boost b", ["brand"]), (":boost o", ["off"]), (":boost brand ", ["="]),
    (":boost price ", ["=", "near", "by"]), (":boost brand=Ke", ["Kestrel", "Kelp"]),
    (#":boost "article type" = c"#, ["Coat"]),
    (":boost brand = Kelp, al", ["\"Alder & Finch\""]), (":boost brand = Kelp ", ["by"]),
    (":boost price near ", []), (":boost price near 5 ", ["within"]),
    (":boost price near 5 within 2 ", ["by"]), (":boost price by ", []), (":b pr", ["price"]),
    ("red dr", []),
  ]) func offersWhatMayFollow(line: String, candidates: [String]) {
    #expect(Completer.complete(line, vocabulary: Shop()).candidates == candidates)
  }

  @Test func `files are completed folder by folder`() throws {
    let scratch = TemporaryDirectory()
    let folder = scratch.path + "/photos"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["a.jpg", "ab.png", ".hidden"] {
      _ = try scratch.write("", to: "photos/" + name)
    }
    func complete(_ line: String) -> Completion { Completer.complete(line, vocabulary: Shop()) }
    #expect(complete(":image \(scratch.path)/ph").insertion == "otos/")
    #expect(
      complete(":image \(folder)/").candidates == ["a.jpg", "ab.png"].map { folder + "/" + $0 })
    #expect(complete(":compare \(folder)/ab").insertion == ".png ")
    #expect(complete(":save \(folder)/.").candidates == [folder + "/.hidden"])
    #expect(complete(":image /nowhere/").candidates == [])
    // Of the folder where the tests run there is always something.
    for command in [":image ", ":compare one ", ":save "] {
      #expect(complete(command).candidates != [])
    }
    _ = try scratch.write("", to: "photos/my set/no. 1 (a).jpg")
    #expect(complete(":image \(folder)/my").candidates == ["\"\(folder)/my set/"])
    #expect(complete(":image \(folder)/my").isReplacing)
    #expect(complete(":image \"\(folder)/my set/").insertion == "no. 1 (a).jpg\" ")
  }

  @Test func `inserts what candidates share and a blank after the only one`() {
    let several = Completer.complete(":filter brand = Ke", vocabulary: Shop())
    #expect(several.insertion == "")
    #expect(Completer.complete(":filter br", vocabulary: Shop()).insertion == "and ")
    #expect(Completer.complete(":like V", vocabulary: Shop()).insertion == "1")
  }

  @Test(arguments: [
    (":boost colour=sk", "Sky"), (":filter colour = sk", "Sky"),
    (":filter colour = se", "\"Sea Gre"),
    (":filter colour = \"Sea", " Gre"), (":filter colour = 'Sea", "\"Sea Gre"),
    (":boost colour = \"sk", "\"Sky"), (":boost colour = \"Sky", ""),
  ]) func `what candidates share is inserted though some of them are in quotes`(
    line: String, insertion: String
  ) {
    #expect(Completer.complete(line, vocabulary: Shop()).insertion == insertion)
  }

  @Test func `replaces the word where its case differs`() {
    let completion = Completer.complete(":filter brand = kes", vocabulary: Shop())
    #expect(completion.isReplacing)
    #expect(completion.insertion == "Kestrel ")
  }
}
