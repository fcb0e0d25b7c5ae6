import ArgumentParser
import Foundation
import Vitrine

/// A conversation with an index: the query so far, its results, and how they are shown.
///
/// Used by one task at a time.
final class ReplSession {
  let workspace: Workspace
  /// Where the index is.
  let path: String
  /// The model as it was given.
  let model: ModelOptions
  private let isFixed: Bool
  /// What every search of the conversation keeps: filter, boosts, k, ef.
  var query = Query()
  /// The query of the last answer; settings may have changed since.
  private(set) var shown = Query()
  /// The last answer; nil where it is a walk.
  var response: SearchResponse?
  /// All hits of the last search that were shown, over all its pages.
  var hits: [Hit] = []
  /// Where each of those pages began, and how many hits there were up to its end.
  private(set) var pages: [(cursor: String?, end: Int)] = []
  /// Whether there was a search or a walk.
  var hasAsked = false
  /// The attributes shown as columns; empty chooses.
  var columns: [String] = []
  /// The attributes at whose values a walk such as "darker" stays; nil chooses.
  var kept: [String]?
  /// What is set of ``RankingOptions``.
  var ranking: [ReplSetting: [String]] = [:]
  /// Whether photographs are shown.
  var showsPictures: Bool
  /// Whether the conversation goes on.
  var isOpen = true
  let pictures: Pictures?
  /// Where pictures are put that others are to show.
  let scratch = ScratchFolder()

  var console: Console { workspace.console }

  /// The index. Not held, as commands that need more of it open it anew.
  var engine: Engine {
    get throws { try workspace.engine(at: path, model: model, readOnly: isFixed) }
  }

  /// The attributes as they are now: commands may add some.
  var schema: Schema { get throws { try engine.schema } }

  /// - Throws: why the index cannot be opened.
  init(workspace: Workspace, path: String, model: ModelOptions) throws {
    self.workspace = workspace
    self.path = path
    self.model = model
    isFixed = !FileManager.default.isWritableFile(atPath: path)
    pictures = Pictures(console: workspace.console)
    showsPictures = pictures?.lookGood ?? false
    _ = try engine
  }

  /// Says where one is.
  func greet() async throws {
    let engine = try self.engine
    let count = Numbers.counted(try engine.count, "product")
    let hint = "Type what you look for; :help lists commands."
    let style = console.style
    guard let width = console.width,
      DisplayWidth.of("\(engine.path): \(count). \(hint)") > width
    else {
      return console.print("\(style.bold(engine.path)): \(count). \(style.dim(hint))")
    }
    console.print(
      DisplayWidth.wrapped("\(engine.path): \(count).", width: width).map { style.bold($0) }
        + DisplayWidth.wrapped(hint, width: width).map { style.dim($0) })
  }

  /// Does what a line asks for.
  func run(_ command: ReplCommand) async throws {
    switch command {
    case .nothing: break
    case .search(let text): try await search([.text(text)])
    case .like(let reference, let leaning): try await like(reference, leaning: leaning)
    case .likeAll(let more, let less): try await likeAll(more, not: less)
    case .image(let path): try await search([.image(try WholeFile.readPhotograph(path))])
    case .filter(let text): try await filter(text)
    case .narrow(let text): try await narrow(text)
    case .boost(let boost): try await raise(boost)
    case .boostOff: try await change { $0.boosts = [] }
    case .next: try await next()
    case .settings(let setting): showSettings(setting)
    case .set(let setting): try await set(setting)
    case .facets(let names): try await facets(names)
    case .explain(let reference): try await explain(reference)
    case .show(let reference): try await show(reference)
    case .open(let reference): try await open(reference)
    case .compare(let path, let model): try await compare(with: path, model: model)
    case .save(let path): try save(to: path)
    case .run(let words): try await run(words)
    case .help(let name): try help(name)
    case .quit: isOpen = false
    }
  }

  /// Searches anew for these terms under the conversation's filter and settings.
  func search(_ terms: [QueryTerm]) async throws {
    try await change { $0.terms = terms }
  }

  /// Changes the query and shows its first page. Where that fails, all stays as it was.
  func change(_ change: (inout Query) -> Void) async throws {
    var changed = query
    change(&changed)
    let answer = try await engine.search(changed)
    query = changed
    shown = changed
    (hits, pages, hasAsked) = ([], [], true)
    try await show(answer, from: nil)
  }

  /// The answer on the screen.
  ///
  /// - Parameter words: what to say where a walk is there instead.
  /// - Throws: ``Failure`` where there is none.
  @discardableResult
  func requireAnswer(ifWalk words: String) throws(Failure) -> SearchResponse {
    if let response { return response }
    throw .usage(hasAsked ? words : nothing)
  }

  /// Why there are no hits.
  var nothing: String {
    hasAsked ? "the last search found nothing" : "search for something first"
  }

  private func next() async throws {
    let answer = try requireAnswer(ifWalk: "a walk is one page; :set k makes it longer")
    guard let cursor = answer.cursor else { throw Failure.usage("there is no next page") }
    var asked = shown
    asked.cursor = cursor
    try await show(try await engine.search(asked), from: cursor)
  }

  /// Shows one more page, which began at a cursor.
  private func show(_ answer: SearchResponse, from cursor: String?) async throws {
    response = answer
    let firstRank = hits.count + 1
    hits += answer.hits
    pages.append((cursor, hits.count))
    if showsPictures { await strip(answer.hits, firstRank: firstRank) }
    let schema = try self.schema
    let view = ResultView(answer, schema: schema, columns: columns, firstRank: firstRank)
    let boosts = query.boosts.map { $0.words(in: schema) }
    let reminders = [
      query.filter.map { "filter: \($0)" },
      boosts.isEmpty ? nil : "boosts: " + boosts.joined(separator: ", "),
      answer.cursor == nil ? nil : ":next for more",
    ].compactMap(\.self)
    console.print(
      view.lines(width: console.width, style: console.style, reminders: reminders))
  }

  /// The id that is meant, on the screen or in the index: a number that no hit has may be one.
  func id(of reference: ReplCommand.Reference) async throws -> String {
    switch reference {
    case .id(let id): return id
    case .hit(let number) where hits.indices.contains(number - 1): return hits[number - 1].id
    case .hit(let number):
      let id = "\(number)"
      if try await engine.product(id) != nil { return id }
      throw Failure.usage(hits.isEmpty ? nothing : "there are hits 1 to \(hits.count)")
    }
  }

  /// The product that is meant.
  func product(_ reference: ReplCommand.Reference) async throws -> Product {
    let id = try await id(of: reference)
    guard let product = try await engine.product(id) else { throw VitrineError.noProduct(id: id) }
    return product
  }

  /// The photographs of hits above the table, numbered.
  func strip(_ hits: [Hit], firstRank: Int) async {
    guard let pictures, let width = console.width, !hits.isEmpty else { return }
    var photographs: [[UInt8]?] = []
    for hit in hits.prefix(width / Pictures.cell.columns) {
      photographs.append(try? await engine.imageBytes(of: Product(id: hit.id, image: hit.image)))
    }
    guard photographs.contains(where: { $0 != nil }) else { return }
    let captions = photographs.indices.map { "\(firstRank + $0)" }
    console.write(await pictures.strip(photographs, captions: captions, width: width))
  }

  /// One photograph, as large as it may be without pushing everything else off the screen.
  func picture(of product: Product) async throws {
    guard let pictures, let size = console.size(),
      let bytes = try await engine.imageBytes(of: product)
    else { return }
    let rows = min(18, size.rows / 2)
    console.write(pictures.draw(bytes, columns: min(40, size.columns), rows: rows))
    console.print()
  }
}
