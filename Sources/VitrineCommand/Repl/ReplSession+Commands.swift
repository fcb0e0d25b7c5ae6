import ArgumentParser
import Foundation
import Vitrine

extension ReplSession {
  func likeAll(_ more: [ReplCommand.Reference], not less: [ReplCommand.Reference]) async throws {
    var terms: [QueryTerm] = []
    for reference in more { terms.append(.product(try await id(of: reference))) }
    for reference in less { terms.append(.product(try await id(of: reference), weight: -0.5)) }
    try await search(terms)
  }

  func like(_ reference: ReplCommand.Reference, leaning: String?) async throws {
    let id = try await id(of: reference)
    guard let leaning else { return try await search([.product(id)]) }
    var options = RecommendOptions()
    options.steps = query.k
    options.filter = query.filter
    let direction = Direction(leaning)
    options.keep = kept
    let walk = try await engine.recommend(id, towards: direction, options: options)
    let schema = try self.schema
    hits = walk.steps.map(\.hit)
    response = nil
    if showsPictures { await strip(hits, firstRank: 1) }
    console.print(walk.lines(schema: schema, width: console.width, style: console.style))
    walk.remark(on: options, schema: schema, free: ":set keep off", in: console)
  }

  func filter(_ text: String?) async throws {
    guard let text else {
      return console.print(query.filter.map { "filter: \($0)" } ?? "There is no filter.")
    }
    let filter = text.isEmpty ? nil : try Filter.parse(text, schema: try schema)
    try await change { $0.filter = filter }
  }

  func narrow(_ text: String) async throws {
    let more = try Filter.parse(text, schema: try schema)
    try await change { query in query.filter = query.filter.map { .and([$0, more]) } ?? more }
  }

  func raise(_ boost: Boost?) async throws {
    guard let boost else {
      let boosts = query.boosts.map(\.words)
      return console.print(boosts.isEmpty ? ["There are no boosts."] : boosts)
    }
    try await change { query in
      query.boosts.removeAll { $0.attribute == boost.attribute && $0.measure == boost.measure }
      query.boosts.append(boost)
    }
  }

  func set(_ setting: ReplCommand.Setting?) async throws {
    switch setting {
    case .k(let k): query.k = k
    case .ef(let ef): query.ef = ef
    case .exact(let flag): query.exact = flag
    case .pictures(let flag):
      if flag, pictures == nil {
        throw Failure.failure("pictures need a terminal and the program chafa")
      }
      showsPictures = flag
    case .columns(let names):
      try check(names, among: try schema.attributes)
      columns = names
    case .keep(let names):
      try check(names ?? [], among: try schema.attributes.filter { $0.kind != .text })
      kept = names
    case .ranking(let name, let values): try await rank(by: name, values)
    case nil: break
    }
    for (name, value) in settings where setting == nil || setting?.name == name {
      console.print(name.padding(toLength: 12, withPad: " ", startingAt: 0) + value)
    }
  }

  /// All settings with their values.
  private var settings: [(name: String, value: String)] {
    func joined(_ names: [String]?, ifEmpty: String) -> String {
      guard let names else { return "auto" }
      return names.isEmpty ? ifEmpty : names.map(\.printable).joined(separator: ", ")
    }
    let own: [(name: String, value: String)] = [
      ("k", "\(query.k)"), ("ef", query.ef.map(String.init) ?? "auto"),
      ("exact", query.exact ? "on" : "off"), ("pictures", showsPictures ? "on" : "off"),
      ("columns", joined(columns, ifEmpty: "auto")), ("keep", joined(kept, ifEmpty: "off")),
    ]
    return own + RankingOptions.names.map { ($0, joined(ranking[$0], ifEmpty: "auto")) }
  }

  private func rank(by name: String, _ values: [String]) async throws {
    var ranking = ranking
    ranking[name] = values.isEmpty ? nil : values
    var changed = query
    try RankingOptions(settings: ranking).apply(to: &changed)
    // A search that permits nothing says at no cost whether the others could be answered.
    var trial = changed
    trial.terms = []
    trial.filter = .or([])
    _ = try await engine.search(trial)
    query = changed
    self.ranking = ranking
  }

  private func check(_ names: [String], among attributes: [Attribute]) throws {
    let known = attributes.map(\.name)
    guard let unknown = names.first(where: { !known.contains($0) }) else { return }
    throw Failure.usage("expected \(known.joined(separator: ", ")); found \"\(unknown)\"")
  }

  func facets(_ names: [String]) async throws {
    if !hits.isEmpty { try requireAnswer(ifWalk: "a walk has no counts; search for something") }
    let countable = try schema.attributes.filter { $0.kind != .text }.map(\.name)
    let facets = try await engine.facets(
      (names.isEmpty ? countable : names).map { FacetRequest($0) }, of: query)
    // Unasked, only what tells products apart: not a title, of which each product has its own.
    let telling = facets.filter { facet in
      !names.isEmpty || facet.histogram != nil || facet.distinct * 2 < facet.relevant
    }
    for facet in telling {
      console.print(DetailView.facet(facet, width: console.width, style: console.style))
    }
  }

  func explain(_ reference: ReplCommand.Reference) async throws {
    try requireAnswer(ifWalk: "a walk has no scores to explain: it goes by progress")
    let id = try await id(of: reference)
    var asking = query
    asking.explain = true
    asking.k = max(query.k, hits.count)
    let answer = try await engine.search(asking)
    guard let hit = answer.hits.first(where: { $0.id == id }) else {
      throw Failure.usage("\(id) is not among the results")
    }
    console.print(console.style.bold(hit.id.printable))
    console.print(DetailView.score(hit, width: console.width, style: console.style))
    guard let plan = answer.plan else { return }
    console.print(
      DetailView.plan(plan, path: answer.path, width: console.width, style: console.style))
  }

  func show(_ reference: ReplCommand.Reference) async throws {
    let product = try await product(reference)
    if showsPictures { try await picture(of: product) }
    console.print(
      DetailView.product(product, schema: try schema, width: console.width, style: console.style))
  }

  func open(_ reference: ReplCommand.Reference) async throws {
    let product = try await product(reference)
    guard let bytes = try await engine.imageBytes(of: product) else {
      throw Failure.failure("\(product.id) has no photograph")
    }
    let name = (product.image ?? product.id).split(separator: "/").last.map(String.init)
    let file = try scratch.file(named: name ?? product.id)
    try WholeFile.write(bytes, to: file.path)
    #if os(macOS)
      let viewer = "open"
    #else
      let viewer = "xdg-open"
    #endif
    guard let program = console.program(viewer) else {
      throw Failure.failure("\(file.path): there is no program \(viewer) to show it")
    }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = [file.path]
    process.standardError = FileHandle.nullDevice
    try process.run()
    // What goes wrong goes wrong soon; a viewer that works is open for as long as one looks.
    for _ in 0..<50 where process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
    guard process.isRunning || process.terminationStatus == 0 else {
      throw Failure.failure(
        "\(viewer) \(file.path) ended with exit code \(process.terminationStatus)")
    }
    console.print(console.style.dim("\(viewer) \(file.path)"))
  }

  func save(to path: String) throws {
    guard !hits.isEmpty else { throw Failure.usage("search for something first") }
    if path.hasSuffix(".csv") {
      try WholeFile.write(CSV.text(hits, schema: try schema).utf8, to: path)
    } else if path.hasSuffix(".json") {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      var answer = response
      answer?.hits = hits
      let bytes = try answer.map { try encoder.encode($0) } ?? encoder.encode(hits)
      try WholeFile.write(bytes, to: path)
    } else {
      throw Failure.usage("save to a file that ends in .json or .csv")
    }
    console.print("\(Numbers.counted(hits.count, "result")) written to \(path)")
  }

  func help(_ name: String?) throws {
    let style = console.style
    guard let name else {
      let first = "A plain line is a search. -word excludes, \"two words\" is a phrase."
      console.print(
        DisplayWidth.wrapped(first, width: console.width).map { style.dim($0) }
          + ReplUsage.list(width: console.width, style: style))
      return
    }
    guard let usage = ReplUsage.all.first(where: { $0.name == name }) else {
      return console.print(VitrineCommand.helpMessage(for: try subcommand(name), columns: nil))
    }
    console.print("  " + style.cyan(":\(usage.name) \(usage.arguments)") + "  " + usage.summary)
    guard usage.name == "set" else { return }
    let names = "There are " + ReplCommand.settings.joined(separator: ", ") + "."
    console.print(
      DisplayWidth.wrapped(names, width: console.width.map { $0 - 2 }).map { "  " + $0 })
  }

  /// Runs a command of the command line, on this index and with its model unless it names another.
  func run(_ words: [String]) async throws {
    var words = words
    let takesIndex = words[0] != "model"
    let takesModel = !["stats", "verify", "compact", "export", "delete"].contains(words[0])
    if takesIndex, !words.contains(where: { $0 == "--index" || $0.hasPrefix("--index=") }) {
      // In front, as what is typed counts where an option is there twice.
      words.insert(contentsOf: ["--index", path] + (takesModel ? model.words : []), at: 1)
    }
    do {
      let command = try VitrineCommand.parseAsRoot(words)
      guard let command = command as? any WorkspaceCommand else {
        return console.print(VitrineCommand.fullMessage(for: CleanExit.helpRequest(command)))
      }
      try await command.run(in: workspace)
    } catch  where VitrineCommand.isParsersOwn(error) && !(error is ExitCode) {
      let message = VitrineCommand.fullMessage(for: error)
      if VitrineCommand.exitCode(for: error) == .success { return console.print(message) }
      throw Failure.usage(VitrineCommand.message(for: error))
    }
  }

  private func subcommand(_ name: String) throws(Failure) -> any ParsableCommand.Type {
    let all = VitrineCommand.configuration.groupedSubcommands.flatMap(\.subcommands)
    guard let found = all.first(where: { $0.configuration.commandName == name }) else {
      throw .usage("there is no command :\(name); :help lists them")
    }
    return found
  }
}
