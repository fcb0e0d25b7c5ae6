import Testing
import Vitrine
import VitrineCommand

@Suite struct ReplCommandTests {
  @Test(arguments: [
    ("red dress", ReplCommand.search("red dress")),
    ("  ", .nothing),
    ("# a remark", .nothing),
    (":filter price < 50", .filter("price < 50")),
    (":filter", .filter(nil)),
    (":filter off", .filter("")),
    (":f off", .filter("")),
    (":and brand = \"Alder & Finch\"", .narrow("brand = \"Alder & Finch\"")),
    (":boost colour = Red by 0.2", .boost(Boost("colour", .values([.text("Red")]), weight: 0.2))),
    (":boost colour = Red", .boost(Boost("colour", .values([.text("Red")])))),
    (
      ":boost price near 50 within 20 by 0.3",
      .boost(Boost("price", .near(50, half: 20), weight: 0.3))
    ),
    (":boost off", .boostOff),
    (":compare other", .compare("other", model: nil)),
    (":compare other my-clip", .compare("other", model: "my-clip")),
    (":like 3", .like(.hit(3), but: nil)),
    (":like 3 but darker", .like(.hit(3), but: "darker")),
    (":like V1001 but in long", .like(.id("V1001"), but: "in long")),
    (":like \"3\"", .like(.id("3"), but: nil)),
    (":like 1 and 2", .likeAll([.hit(1), .hit(2)], not: [])),
    (":like 1 V7 not 5", .likeAll([.hit(1), .id("V7")], not: [.hit(5)])),
    (":like -9223372036854775808 2", .likeAll([.id("-9223372036854775808"), .hit(2)], not: [])),
    (":like \"an id\"", .like(.id("an id"), but: nil)),
    (#":show "a \"b\" c""#, .show(.id(#"a "b" c"#))),
    (":image \"my photo.jpg\"", .image("my photo.jpg")),
    (":facets brand \"sub category\"", .facets(["brand", "sub category"])),
    (":explain 2", .explain(.hit(2))),
    (":next", .next), (":n", .next), (":q", .quit),
    (":set k 20", .set(.k(20))), (":set ef auto", .set(.ef(nil))),
    (":set group brand", .set(.ranking(.group, ["brand"]))),
    (":set sort -price name", .set(.ranking(.sort, ["-price", "name"]))),
    (":set looks auto", .set(.ranking(.looks, []))),
    (":set", .settings(nil)), (":set looks", .settings(.looks)), (":set k", .settings(.k)),
    (":set k auto", .set(.k(10))), (":set pictures auto", .set(.pictures(nil))),
    (":boost sales by 0.2", .boost(Boost("sales", .popularity, weight: 0.2))),
    (
      ":boost added near 2024-05-31 within 2d",
      .boost(Boost("added", .near(.text("2024-05-31"), half: 172_800)))
    ),
    (":set pictures off", .set(.pictures(false))),
    (":set columns brand price", .set(.columns(["brand", "price"]))),
    (":set keep type", .set(.keep(["type"]))), (":set keep off", .set(.keep([]))),
    (":set keep auto", .set(.keep(nil))),
    (":stats --json", .run(["stats", "--json"])),
    (":delete 'a b' c", .run(["delete", "a b", "c"])),
    (":help filter", .help("filter")),
  ]) func readsLines(line: String, command: ReplCommand) throws {
    #expect(try ReplCommand.parse(line) == command)
  }

  @Test(arguments: [
    (":frobnicate", "there is no command :frobnicate; :help lists them"),
    (":like", "use :like N|ID [but WORDS]"),
    (":compare \\", "use :compare INDEX [MODEL]"),
    (":set ef 20001", "ef is a number from 1 to 20000; found \"20001\""),
    (":set k many", "k is a number from 1 to 20000; found \"many\""),
    (":set k 0", "k is a number from 1 to 20000; found \"0\""),
    (":like 1 but", "use :like N|ID [but WORDS], or :like N|ID … [not N|ID …]"),
    (":like not 2", "use :like N|ID [but WORDS], or :like N|ID … [not N|ID …]"),
    (
      ":set colour red",
      "there is no setting \"colour\": k, ef, exact, pictures, columns, keep, looks, fusion, "
        + "mentions, cutoff, group, diversity, sort, candidates"
    ),
    (":boost colour = Red by much", "a boost takes a number such as 0.1; found \"much\""),
    (
      ":boost price near 5",
      "a boost is NAME = VALUE [by N], NAME near N within N [by N], or NAME [by N]; found "
        + "\"price near 5\""
    ),
    (":serve", "`serve` is run from the shell, with this conversation ended"),
    (":reembed --model x", "`reembed` is run from the shell, with this conversation ended"),
    (":embed", "`embed` is run from the shell"),
    (":s", "there is no command :s (save, search, set, show, stats?); :help lists them"),
  ]) func `says how a command is used`(line: String, message: String) {
    let error = #expect(throws: Failure.self) { try ReplCommand.parse(line) }
    #expect(error?.message == message)
    #expect(error?.code == 64)
  }

  @Test(arguments: [
    "brand=", "brand= by 0.2", "=Kelp", "brand=,", "brand=Kelp by", "brand = Kelp by", "sales by",
    "by",
  ]) func `a boost that is typed by half is no boost of something else`(words: String) {
    let error = #expect(throws: Failure.self) { try ReplCommand.parse(":boost \(words)") }
    let usage =
      "a boost is NAME = VALUE [by N], NAME near N within N [by N], or NAME [by N]; found "
    #expect(error?.message == usage + "\"\(words)\"")
  }

  @Test(arguments: [
    (#""a=" by 0.2"#, Boost("a=", .popularity, weight: 0.2)),
    (#"brand = "by""#, Boost("brand", .values([.text("by")]))),
    (#"brand = "Kelp by""#, Boost("brand", .values([.text("Kelp by")]))),
    ("brand = by by 0.2", Boost("brand", .values([.text("by")]), weight: 0.2)),
  ]) func `in quotes the signs of a boost are words`(words: String, boost: Boost) throws {
    #expect(try ReplCommand.parse(":boost \(words)") == .boost(boost))
  }

  @Test func `every command of the help is read`() throws {
    let arguments = [
      "and": "a = 1", "like": "1", "image": "x.jpg", "explain": "1", "show": "1", "open": "1",
      "compare": "dir", "save": "x.json",
    ]
    for usage in ReplUsage.all {
      let line = ":\(usage.name) \(arguments[usage.name] ?? "")"
      #expect(try ReplCommand.parse(line) != .nothing, "\(line)")
    }
  }

  @Test func `words are split as a shell would`() {
    #expect(Words.split(#"a 'b c' "d \"e" f\ g"#) == ["a", "b c", "d \"e", "f g"])
    #expect(Words.split("'open to the end") == ["open to the end"])
    #expect(Words.split("a ''") == ["a", ""])
  }
}
