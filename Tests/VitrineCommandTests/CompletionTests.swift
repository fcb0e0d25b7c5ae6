import Foundation
import Testing
import Vitrine
import VitrineCommand

private struct Shop: Vocabulary {
  var attributes: [Attribute] {
    [
      Attribute(name: "title", kind: .text), Attribute(name: "brand", kind: .keyword),
      Attribute(name: "price", kind: .number), Attribute(name: "colour", kind: .keyword),
      Attribute(name: "article type", kind: .keyword),
    ]
  }
  func values(of attribute: String, prefix: String) -> [String] {
    guard attribute == "brand" else { return [] }
    return ["Kestrel", "Alder & Finch", "Kelp"].filter {
      $0.lowercased().hasPrefix(prefix.lowercased())
    }
  }
  func ids(prefix: String) -> [String] { ["V1", "V12"].filter { $0.hasPrefix(prefix) } }
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
    (":filter brand = Ke", ["Kestrel", "Kelp"]),
    (":filter brand = \"Al", ["\"Alder & Finch\""]),
    (":filter brand in (Kelp, a", ["\"Alder & Finch\""]),
    (":filter brand = Kelp a", ["and"]),
    (":filter brand = Kelp and pr", ["price"]),
    (":like V", ["V1", "V12"]),
    (":set p", ["pictures"]),
    (":set columns c", ["colour"]), (":set columns t", ["title"]), (":set sort t", []),
    (":facets c", ["colour"]), (":facets t", []),
    ("red dr", []),
  ]) func offersWhatMayFollow(line: String, candidates: [String]) {
    #expect(Completer.complete(line, vocabulary: Shop()).candidates == candidates)
  }

  @Test func `files are completed folder by folder`() throws {
    let scratch = try Scratch()
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
  }

  @Test func insertsWhatCandidatesShareAndABlankAfterTheOnlyOne() {
    let several = Completer.complete(":filter brand = Ke", vocabulary: Shop())
    #expect(several.insertion == "")
    #expect(Completer.complete(":filter br", vocabulary: Shop()).insertion == "and ")
    #expect(Completer.complete(":like ", vocabulary: Shop()).insertion == "V1")
  }

  @Test func replacesTheWordWhereItsCaseDiffers() {
    let completion = Completer.complete(":filter brand = kes", vocabulary: Shop())
    #expect(completion.isReplacing)
    #expect(completion.insertion == "Kestrel ")
  }
}
