import Foundation
import Vitrine

/// The meaning of filters, said as plainly as possible: the oracle for the store's answers.
enum PlainEvaluator {
  static func matches(_ product: Product, _ filter: Filter) -> Bool {
    switch filter {
    case .and(let parts): parts.allSatisfy { matches(product, $0) }
    case .or(let parts): parts.contains { matches(product, $0) }
    case .not(let part): !matches(product, part)
    case .exists(let name): !values(product, name).isEmpty
    case .prefix(let name, let text):
      values(product, name).contains { folded($0).hasPrefix(folded(.text(text))) }
    case .oneOf(let name, let wanted):
      wanted.contains { value in values(product, name).contains { equal($0, value) } }
    case .between(let name, let low, let high):
      values(product, name).contains { rank($0) >= rank(low) && rank($0) <= rank(high) }
    case .compare(let name, let comparison, let value):
      switch comparison {
      case .equal: values(product, name).contains { equal($0, value) }
      case .notEqual: !values(product, name).contains { equal($0, value) }
      case .less: values(product, name).contains { rank($0) < rank(value) }
      case .lessOrEqual: values(product, name).contains { rank($0) <= rank(value) }
      case .greater: values(product, name).contains { rank($0) > rank(value) }
      case .greaterOrEqual: values(product, name).contains { rank($0) >= rank(value) }
      }
    }
  }

  private static func values(_ product: Product, _ name: String) -> [Value] {
    guard let value = product.attributes[name] else { return [] }
    if case .list(let items) = value { return items.map(Value.text) }
    return [value]
  }

  private static func equal(_ a: Value, _ b: Value) -> Bool {
    if case .text = a { return folded(a) == folded(b) }
    return a == b
  }

  private static func folded(_ value: Value) -> String {
    guard case .text(let text) = value else { return "" }
    return text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
  }

  private static func rank(_ value: Value) -> Double {
    switch value {
    case .number(let number): number
    case .date(let seconds): Double(seconds)
    default: .nan
    }
  }
}
