import Foundation
import Testing
import Vitrine

/// Orders of products by their attributes, which are read from columns where many are to be put in
/// order and from the products where few are.
@Suite struct SortingTests {
  /// The least value of a product, or the greatest; dates and flags as numbers, keywords folded.
  private func key(_ product: Product, _ sort: SortKey) -> (number: Double, text: String)? {
    func folded(_ text: String) -> String {
      text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }
    switch product.attributes[sort.attribute] {
    case .number(let number): return (number, "")
    case .date(let seconds): return (Double(seconds), "")
    case .boolean(let flag): return (flag ? 1 : 0, "")
    case .text(let text): return (0, folded(text))
    case .list(let items):
      let texts = items.map(folded)
      return (sort.descending ? texts.max() : texts.min()).map { (0, $0) }
    case nil: return nil
    }
  }

  private func precedes(_ a: Product, _ b: Product, by sorts: [SortKey]) -> Bool {
    for sort in sorts {
      let (first, second) = (key(a, sort), key(b, sort))
      guard let first else {
        if second == nil { continue }
        return false
      }
      guard let second else { return true }
      if first != second { return sort.descending ? second < first : first < second }
    }
    return false
  }

  @Test(arguments: ["price", "added", "new in", "brand", "colour"], [false, true])
  func `products come in the order that is asked for, those without a value last`(
    attribute: String, descending: Bool
  ) throws {
    var random = RandomCatalogue(seed: 66)
    var fixture = try SearchFixture()
    let products = (0..<600).map { random.product(id: "p\($0)") }
    func vector() -> [Float] {
      (0..<16).map { _ in Float.random(in: -1...1, using: &random.generator) }
    }
    try fixture.put(products, vectors: products.map { _ in vector() })
    var query = Query()
    query.sort = [SortKey(attribute, descending: descending), SortKey("price")]
    query.k = products.count
    let all = try fixture.search(query).hits.map(\.id)
    // Those that are equal stay in the order of the index.
    var unsorted = Query()
    unsorted.k = products.count
    let listed = try fixture.search(unsorted).hits.map {
      fixture.products[$0.id] ?? Product(id: "")
    }
    let places = listed.indices.sorted { a, b in
      if precedes(listed[a], listed[b], by: query.sort) { return true }
      return !precedes(listed[b], listed[a], by: query.sort) && a < b
    }
    #expect(all == places.map { listed[$0].id })

    (query.k, query.candidates) = (3, 3)
    for _ in 0..<100 {
      query.terms = [.vector(vector())]
      let few = try fixture.search(query).hits.map { fixture.products[$0.id] ?? Product(id: "") }
      #expect(few.count == 3)
      for (first, second) in zip(few, few.dropFirst()) {
        #expect(!precedes(second, first, by: query.sort), "\(first.id), \(second.id)")
      }
    }
  }
}
