/// What is wrong with data that were sent or written by hand, in words of their own kind.
extension DecodingError {
  /// What is wrong with JSON, and where.
  package var words: String {
    switch self {
    case .keyNotFound(let key, let context):
      "the JSON lacks \"\(key.stringValue)\"\(Self.place(context))"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      "expected \(Self.name(of: type))\(Self.found(context))\(Self.place(context))"
    // Foundation has one word for both, and does not say where.
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      "this is not JSON, or has a number that does not fit its place"
    case .dataCorrupted(let context):
      "\(Self.reason(context))\(Self.place(context))"
    @unknown default: "the JSON could not be read"
    }
  }

  /// What JSON calls a type.
  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is [String: Any].Type: "an object"
    case is [Any].Type: "an array"
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    default: "another value"
    }
  }

  /// What is wrong with a value of the right type.
  private static func reason(_ context: Context) -> String {
    let words = context.debugDescription
    if let value = words.firstMatch(of: #/from invalid String value (.+)/#) {
      return "\"\(value.1)\" is none of the values that can stand here"
    }
    if words.contains("Base64") { return "expected base64" }
    return String(words.hasSuffix(".") ? words.dropLast() : words[...])
  }

  private static func found(_ context: Context) -> String {
    context.debugDescription.firstMatch(of: #/found (.+) instead/#).map { ", found \($0.1)" } ?? ""
  }

  private static func place(_ context: Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
    return path.isEmpty ? "" : " at \(path.joined())"
  }
}

extension Schema {
  /// What is wrong with a product's id or with a value of an attribute that there is; nil if nothing is.
  package func mistake(in product: Product) -> VitrineError? {
    do throws(VitrineError) {
      _ = try typed(product, row: 0)
      return nil
    } catch {
      return error
    }
  }
}
