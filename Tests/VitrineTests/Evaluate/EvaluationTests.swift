import Testing
import Vitrine

/// A model of three directions: a text or an "image" (its bytes as text) points along the colours
/// it names, a little towards the rest.
private struct ColourEmbedder: Embedder {
  let dimensions = 3
  let fingerprint = "colours"
  let logitScale: Float = 20

  func embed(images: [[UInt8]]) -> [Result<[Float], any Error>] {
    images.map { .success(vector(of: String(decoding: $0, as: UTF8.self))) }
  }

  func embed(texts: [String]) -> [[Float]] { texts.map(vector) }

  func vector(of text: String) -> [Float] {
    let raw = ["red", "green", "blue"].map { text.contains($0) ? Float(1) : 0.1 }
    let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return raw.map { $0 / length }
  }
}

private let model = ColourEmbedder()

private func set(_ rows: [(looks: String, colour: String, title: String)]) -> EvaluationSet {
  var set = EvaluationSet(dimensions: 3)
  for (index, row) in rows.enumerated() {
    set.append(
      Product(
        id: "\(index)", attributes: ["colour": .text(row.colour), "title": .text(row.title)]),
      vector: model.vector(of: row.looks))
  }
  return set
}

@Suite struct ZeroShotTests {
  @Test func `the nearest label is the likeliest`() throws {
    let classifier = try ZeroShotClassifier(
      labels: ["red", "green", "blue"], templates: ["a {} thing", "{}"], embedder: model)
    let predictions = classifier.classify(model.vector(of: "green shirt"), k: 3)
    #expect(predictions[0].label == "green")
    #expect(predictions[0].probability > 0.99)
    #expect(abs(predictions.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
  }

  @Test func `a lower logit scale makes probabilities flatter`() throws {
    let sharp = try ZeroShotClassifier(labels: ["red", "blue"], embedder: model)
    let flat = try ZeroShotClassifier(labels: ["red", "blue"], embedder: model, logitScale: 1)
    let vector = model.vector(of: "red")
    #expect(sharp.classify(vector)[0].probability > flat.classify(vector)[0].probability)
  }

  @Test func `a calibrated classifier is as sure as it is right`() throws {
    // Three red shirts in four are called red; the fourth is said to be blue.
    let products = set(
      (0..<400).map { ("red", $0 % 4 == 0 ? "blue" : "red", "\($0)") })
    let sharp = try ZeroShotClassifier(labels: ["red", "blue"], embedder: model)
    let calibrated = try sharp.calibrated(on: products, attribute: "colour")
    let vector = model.vector(of: "red")
    #expect(sharp.classify(vector)[0].probability > 0.99)
    #expect(abs(calibrated.classify(vector)[0].probability - 0.75) < 1e-3)
    #expect(calibrated.classify(vector)[0].label == "red")
    #expect(throws: VitrineError.self) {
      try sharp.calibrated(on: products, attribute: "title")
    }
  }

  @Test func `bad labels and templates are refused in words`() {
    for (labels, templates) in [
      (["red"], ["{}"]), (["red", "red"], ["{}"]), (["red", "blue"], ["a thing"]),
      (["red", "blue"], []),
    ] {
      #expect(throws: VitrineError.self) {
        try ZeroShotClassifier(labels: labels, templates: templates, embedder: model)
      }
    }
  }

  @Test func `a logit scale that is not finite and above 0 is refused`() {
    for scale in [Float.nan, .infinity, 0, -1] {
      let error = #expect(throws: VitrineError.self) {
        try ZeroShotClassifier(labels: ["red", "blue"], embedder: model, logitScale: scale)
      }
      #expect(
        error == .invalidArgument("logit scale: expected a finite number above 0, found \(scale)"))
    }
  }

  @Test func `probabilities are numbers at the largest scale`() throws {
    let classifier = try ZeroShotClassifier(
      labels: ["red", "blue"], embedder: model, logitScale: .greatestFiniteMagnitude)
    // Both similarities are above 1.
    let predictions = classifier.classify([4, 2, 2], k: 2)
    #expect(predictions.map(\.probability) == [1, 0])
    #expect(classifier.classify([4, 2, 2], k: -1).isEmpty)
  }

  @Test func `a vector that is not finite is scored as one without confidence`() throws {
    var products = set([("red", "red", "a")])
    products.append(
      Product(id: "1", attributes: ["colour": .text("blue")]), vector: [.nan, 0, 0])
    let evaluation = try ZeroShotEvaluation(
      products, attribute: "colour",
      classifier: ZeroShotClassifier(labels: ["red", "blue"], embedder: model))
    #expect(evaluation.examples == 2)
    #expect(evaluation.calibrationError.isFinite)
  }

  @Test func `the whole and its slices are scored`() throws {
    let products = set([
      ("red", "red", "a"), ("red", "red", "b"), ("green", "red", "c"), ("blue", "blue", "d"),
      ("blue", "purple", "e"),
    ])
    let classifier = try ZeroShotClassifier(labels: ["red", "green", "blue"], embedder: model)
    let evaluation = try ZeroShotEvaluation(
      products, attribute: "colour", classifier: classifier, slicing: ["colour"], minimumSlice: 1)
    #expect(evaluation.examples == 4)  // purple is no label
    #expect(evaluation.accuracy == 0.75)
    #expect(evaluation.confusion == [[2, 1, 0], [0, 0, 0], [0, 0, 1]])
    #expect(evaluation.slices.map(\.value) == ["red", "blue"])
    #expect(evaluation.slices[1].score == 1)
  }

  @Test func `what measures nothing is refused and has no score`() async throws {
    let products = set([("red", "red", "a"), ("blue", "blue", "b")])
    let known = try ZeroShotClassifier(labels: ["red", "blue"], embedder: model)
    let unknown = try ZeroShotClassifier(labels: ["dress", "shirt"], embedder: model)
    let absent = VitrineError.invalidArgument(
      "no product has an attribute \"nope\"")
    #expect(throws: absent) {
      try ZeroShotEvaluation(products, attribute: "nope", classifier: known)
    }
    #expect(throws: absent) {
      try ZeroShotEvaluation(products, attribute: "colour", classifier: known, slicing: ["nope"])
    }
    #expect(throws: absent) { try products.labels(of: "nope") }
    await #expect(throws: absent) {
      _ = try await RetrievalEvaluation(products, caption: "nope", embedder: model)
    }
    let reason = "zero-shot: expected products whose colour is one of the labels, found none"
    #expect(throws: VitrineError.invalidArgument(reason)) {
      try ZeroShotEvaluation(products, attribute: "colour", classifier: unknown)
    }
  }
}

@Suite struct RetrievalEvaluationTests {
  @Test func `equal captions count as equal`() async throws {
    let products = set([
      ("red", "red", "red shirt"), ("red", "red", "red shirt"), ("blue", "blue", "blue shirt"),
      ("red", "red", "green shirt"),
    ])
    let evaluation = try await RetrievalEvaluation(
      products, caption: "title", embedder: model, cutoffs: [1, 2], slicing: ["colour"],
      minimumSlice: 1)
    #expect(evaluation.candidates == 4)
    #expect(evaluation.scores[0].queries == 3)
    // "red shirt" meets three equal vectors of which one is wrong: ties rank against the right ones.
    // "green shirt" looks red, so all four are equally far: it comes last.
    #expect(evaluation.scores[1].hitRate == 2.0 / 3)
    #expect(evaluation.scores[1].recall == 0.5)
    #expect(evaluation.slices.map(\.value) == ["red", "blue"])
  }

  @Test func `a sample is the same for the same seed`() {
    let products = set((0..<50).map { ("red", "red", "\($0)") })
    let ids = products.sample(10, seed: 7).products.map(\.id)
    #expect(ids.count == 10 && Set(ids).count == 10)
    #expect(products.sample(10, seed: 7).products.map(\.id) == ids)
    #expect(products.sample(10, seed: 8).products.map(\.id) != ids)
    #expect(products.sample(100, seed: 7).products.count == 50)
    #expect(products.sample(-1, seed: 7).products.isEmpty)
  }

  @Test func `the report names scores and draws pictures`() async throws {
    let products = set([("red", "red", "red <shirt>"), ("blue", "blue", "blue | shirt")])
    let classifier = try ZeroShotClassifier(labels: ["red", "blue"], embedder: model)
    let report = EvaluationReport(
      subject: "shop", model: "colours", products: 2,
      zeroShot: [
        try ZeroShotEvaluation(
          products, attribute: "colour", classifier: classifier, slicing: ["title"],
          minimumSlice: 1)
      ],
      retrieval: [
        try await RetrievalEvaluation(
          products, caption: "colour", embedder: model, slicing: ["title"], minimumSlice: 1)
      ])
    #expect(report.markdown.contains("| 1.000 | 1.000 | 1.000 |"))
    #expect(report.markdown.contains(#"title = blue \| shirt"#))
    let zeroShot = "zero-shot-slices-colour.svg"
    let retrieval = "retrieval-slices-colour.svg"
    #expect(report.pictures.keys.sorted() == ["confusion-colour.svg", retrieval, zeroShot])
    for picture in [zeroShot, retrieval] {
      #expect(report.pictures[picture]?.contains("red &lt;shirt>") == true)
      #expect(report.markdown.contains("](\(picture))"))
    }
  }
}
