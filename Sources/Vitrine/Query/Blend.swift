import Foundation
import HNSW
import LMDB

/// The scores of a query's candidates: sums of parts, each a measure of 0 to 1 times its weight.
struct Blend {
  /// One part of the score.
  struct Part {
    let name: String
    let weight: Float
    let measure: Measure
  }

  /// What a part measures. Lists are in the order of the candidates.
  enum Measure {
    case similarity([Float], SimilarityCalibration.Spread)
    case lexical(LexicalScores)
    /// Ranks from 1, and what they are ranks of.
    case rank([Int?], of: [Float?])
    case values(SlotSet)
    case near(attribute: Int, target: Double, half: Double)
    case popularity(attribute: Int, greatest: Double)
  }

  var parts: [Part] = []
  let store: ProductStore
  private let slots: [Slot]

  /// - Parameter slots: the candidates.
  init(_ store: ProductStore, _ slots: [Slot]) {
    self.store = store
    self.slots = slots
  }

  /// The scores of some of the candidates.
  func scores(at places: Range<Int>, in txn: borrowing ReadTransaction) throws -> [Float] {
    var scores = [Float](repeating: 0, count: places.count)
    for part in parts {
      switch part.measure {
      case .similarity(let similarities, let spread):
        for (i, place) in places.enumerated() {
          scores[i] += part.weight * spread.calibrated(similarities[place])
        }
      case .lexical(let lexical):
        for (i, place) in places.enumerated() {
          scores[i] += part.weight * lexical.calibrated(slots[place])
        }
      case .values(let wanted):
        for (i, place) in places.enumerated() where wanted.contains(slots[place]) {
          scores[i] += part.weight
        }
      case .rank, .near, .popularity:
        for (i, place) in places.enumerated() {
          scores[i] += part.weight * (try value(of: part, place, txn).value)
        }
      }
    }
    return scores
  }

  /// The parts of the score of a candidate, which add up to it.
  func explanation(_ slot: Slot, in txn: borrowing ReadTransaction) throws -> [ScorePart] {
    guard let place = slots.firstIndex(of: slot) else { return [] }
    return try parts.map { part in
      let (raw, value) = try value(of: part, place, txn)
      return ScorePart(
        part: part.name, raw: raw, value: value, weight: part.weight, score: part.weight * value)
    }
  }

  private func value(
    of part: Part, _ place: Int, _ txn: borrowing ReadTransaction
  ) throws -> (raw: Double?, value: Float) {
    let slot = slots[place]
    switch part.measure {
    case .similarity(let similarities, let spread):
      return (Double(similarities[place]), spread.calibrated(similarities[place]))
    case .lexical(let scores):
      return (Double(scores[slot]), scores.calibrated(slot))
    case .rank(let ranks, let raw):
      return (raw[place].map(Double.init), ranks[place].map { 61 / (60 + Float($0)) } ?? 0)
    case .values(let slots):
      return (nil, slots.contains(slot) ? 1 : 0)
    case .near(let attribute, let target, let half):
      guard let number = try number(attribute, slot, txn) else { return (nil, 0) }
      return (number, Float(Foundation.pow(0.5, abs(number - target) / half)))
    case .popularity(let attribute, let greatest):
      guard let number = try number(attribute, slot, txn), greatest > 0 else { return (nil, 0) }
      let share = Foundation.log1p(max(0, number)) / Foundation.log1p(greatest)
      return (number, Float(share))
    }
  }

  private func number(
    _ attribute: Int, _ slot: Slot, _ txn: borrowing ReadTransaction
  ) throws -> Double? {
    switch try store.value(of: attribute, at: slot, in: txn) {
    case .number(let number): number
    case .date(let seconds): Double(seconds)
    default: nil
    }
  }
}

extension Blend {
  /// A boost as a part of the score.
  /// - Throws: ``QueryError`` if the attribute is not of a kind that can be used so, or what it is compared
  ///   with is not of its kind.
  mutating func add(_ boost: Boost, in txn: borrowing ReadTransaction) throws {
    switch boost.measure {
    case .values(let values):
      let names = values.compactMap(\.label).joined(separator: ", ")
      let slots = try store.having(values, of: boost.attribute, in: txn)
      append("\(boost.attribute) = \(names)", boost, .values(slots))
    case .near(let target, let half):
      let (number, kind) = try store.attribute(
        boost.attribute, expected: "a number or date"
      ) { $0.isOrdered }
      append(
        "\(boost.attribute) near \(target.label ?? target.plainText)", boost,
        .near(attribute: number, target: try boost.place(of: target, kind), half: half))
    case .popularity:
      let (number, _) = try store.attribute(boost.attribute, expected: "a number") { $0 == .number }
      let greatest = try store.greatest(number, in: txn) ?? 0
      append(
        "\(boost.attribute) (popularity)", boost,
        .popularity(attribute: number, greatest: greatest))
    }
  }

  private mutating func append(_ name: String, _ boost: Boost, _ measure: Measure) {
    parts.append(Part(name: name, weight: boost.weight, measure: measure))
  }
}
