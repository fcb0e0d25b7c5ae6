/// Names of members, each with its quotes and colon, in one array: to write one is to copy a part of
/// it, where an array of arrays would have each of them retained and released.
struct JSONKeys: Sendable {
  let bytes: [UInt8]
  /// Where each begins, and where the last one ends.
  let starts: [Int]

  var count: Int { starts.count - 1 }

  init(_ names: [String]) {
    var writer = JSONWriter()
    var starts = [0]
    for name in names {
      writer.string(name)
      writer.raw(":")
      starts.append(writer.bytes.count)
    }
    (bytes, self.starts) = (writer.bytes, starts)
  }
}
