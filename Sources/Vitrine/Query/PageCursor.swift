import Foundation

/// Where the next page of a query starts, as a text that says nothing to anyone else.
///
/// It belongs to one snapshot: in another one the order is another one, and pages would repeat or
/// skip products.
struct PageCursor {
  let snapshot: Int
  /// A hash of the query, so that a cursor is not used with another one.
  let query: UInt64
  let offset: Int

  init(snapshot: Int, query: Query, offset: Int) {
    self.snapshot = snapshot
    self.query = Self.hash(query)
    self.offset = offset
  }

  var text: String {
    ((try? JSONEncoder().encode([UInt64(snapshot), query, UInt64(offset)])) ?? Data())
      .base64EncodedString()
  }

  /// Where the page of a query starts: 0 if it has no cursor.
  static func offset(of query: Query, snapshot: Int) throws -> Int {
    guard let text = query.cursor else { return 0 }
    guard let data = Data(base64Encoded: text),
      let numbers = try? JSONDecoder().decode([UInt64].self, from: data), numbers.count == 3,
      numbers[1] == hash(query), numbers[2] <= Int32.max
    else { throw QueryError.invalidCursor }
    guard numbers[0] == UInt64(snapshot) else { throw QueryError.cursorExpired }
    return Int(numbers[2])
  }

  /// Stable over processes: FNV-1a over the query as JSON; over the bytes of what is long in it.
  private static func hash(_ query: Query) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func combine(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    var query = query
    query.cursor = nil
    query.explain = false
    for place in query.terms.indices {
      switch query.terms[place].subject {
      case .vector(let vector):
        for number in vector { hash = (hash ^ UInt64(number.bitPattern)) &* 0x100_0000_01b3 }
        query.terms[place].subject = .vector([])
      case .image(let bytes):
        combine(bytes)
        query.terms[place].subject = .image([])
      case .text, .product: break
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    combine((try? encoder.encode(query)) ?? Data())
    return hash
  }
}
