import ArgumentParser
import Foundation
import Vitrine

extension ReplSession {
  /// How many steps the engine takes at most.
  private static let longestWalk = 100

  func likeAll(_ more: [ReplCommand.Reference], not less: [ReplCommand.Reference]) async throws {
    var terms: [QueryTerm] = []
    for reference in more { terms.append(.product(try await id(of: reference))) }
    for reference in less {
      terms.append(.product(try await id(of: reference), weight: QueryTerm.away))
    }
    try await search(terms)
  }

  func like(_ reference: ReplCommand.Reference, leaning: String?) async throws {
    let id = try await id(of: reference)
    guard let leaning else { return try await search([.product(id)]) }
    var options = RecommendOptions()
    options.steps = min(query.k, Self.longestWalk)
    options.filter = query.filter
    let direction = Direction(leaning)
    options.keep = kept
    let walk = try await engine.recommend(id, towards: direction, options: options)
    let schema = try self.schema
    hits = walk.steps.map(\.hit)
    (response, hasAsked) = (nil, true)
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
    guard var boost else {
      let schema = try self.schema
      let boosts = query.boosts.map { $0.words(in: schema) }
      return console.print(boosts.isEmpty ? ["There are no boosts."] : boosts)
    }
    boost.attribute = try schema.attributes.named(boost.attribute)?.name ?? boost.attribute
    try await change { [boost] query in
      query.boosts.removeAll { $0.attribute == boost.attribute && $0.measure == boost.measure }
      query.boosts.append(boost)
    }
  }

  func facets(_ names: [String]) async throws {
    if hasAsked { try requireAnswer(ifWalk: "a walk has no counts; search for something") }
    let countable = try schema.attributes.filter { $0.kind != .text }.map(\.name)
    let facets = try await engine.facets(
      (names.isEmpty ? countable : names).map { FacetRequest($0) }, of: hasAsked ? shown : query)
    // Unasked, only what tells products apart: not a title, of which each product has its own, nor
    // what none of them has.
    let telling = facets.filter { facet in
      guard names.isEmpty else { return true }
      guard facet.distinct > 0 else { return false }
      return facet.histogram != nil || facet.distinct * 2 < facet.relevant
    }
    for facet in telling {
      console.print(DetailView.facet(facet, width: console.width, style: console.style))
    }
  }

  func explain(_ reference: ReplCommand.Reference) async throws {
    try requireAnswer(ifWalk: "a walk has no scores to explain: it goes by progress")
    let id = try await id(of: reference)
    // The page that has it, asked for as it was: another k may choose other products.
    let place = hits.firstIndex { $0.id == id }
    var asking = shown
    asking.explain = true
    asking.cursor = place.flatMap { place in pages.first { place < $0.end }?.cursor }
    let answer = try await engine.search(asking)
    guard let hit = answer.hits.first(where: { $0.id == id }) else {
      throw Failure.usage("\(id.printable) is not among the results")
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
    guard !hits.isEmpty else { throw Failure.usage(nothing) }
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
      return try help(on: subcommand(name))
    }
    console.print(ReplUsage.list([usage], width: console.width, style: style))
    if ReplCommand.commandLine.contains(name) {
      console.print()
      try help(on: subcommand(name))
    }
    guard usage.name == "set" else { return }
    let more = [
      "There are " + ReplSetting.names.joined(separator: ", ") + ".",
      "pictures shows those of the first results of a page, as many as stand side by side.",
    ]
    for text in more {
      console.print(
        DisplayWidth.wrapped(text, width: console.width.map { $0 - 2 }).map { "  " + $0 })
    }
  }

  private func help(on command: any ParsableCommand.Type) {
    console.print(VitrineCommand.helpMessage(for: command, columns: nil))
  }

  /// Runs a command of the command line, on this index and with its model unless it names another.
  func run(_ words: [String]) async throws {
    var words = words
    let type = try subcommand(words[0])
    if let type = type as? any WorkspaceCommand.Type, type.takes(IndexOptions.self),
      !words.contains(where: { $0 == "--index" || $0.hasPrefix("--index=") })
    {
      // In front, as what is typed counts where an option is there twice.
      let given = ["--index", path] + (type.takes(ModelOptions.self) ? model.words : [])
      words.insert(contentsOf: given, at: 1)
    }
    do {
      let command = try VitrineCommand.parseAsRoot(words)
      // What asks for help is read as another command.
      guard let command = command as? any WorkspaceCommand else { return help(on: type) }
      try await command.run(in: workspace)
    } catch  where VitrineCommand.isParsersOwn(error) && !(error is ExitCode) {
      let message = VitrineCommand.fullMessage(for: error)
      if VitrineCommand.exitCode(for: error) == .success { return console.print(message) }
      throw Failure.usage(VitrineCommand.message(for: error))
    }
  }

  private func subcommand(_ name: String) throws(Failure) -> any ParsableCommand.Type {
    let all = VitrineCommand.commands
    guard let found = all.first(where: { $0.configuration.commandName == name }) else {
      throw .usage("there is no command :\(name); :help lists them")
    }
    return found
  }
}
