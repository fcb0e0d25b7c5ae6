import Foundation

/// A directory of a test's own files, removed with it.
final class TemporaryDirectory {
  let path: String

  init(_ files: [String: Data] = [:]) throws {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "clip-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    for (name, data) in files { try write(name, data) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ data: Data) throws {
    try data.write(to: URL(filePath: path + "/" + name))
  }

  func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }
}

/// A safetensors file put together by hand, so that tests can also get it wrong.
struct SafetensorsWriter {
  var header: [String: Any] = [:]
  var data = Data()

  mutating func add(_ name: String, _ type: String, _ shape: [Int], _ bytes: Data) {
    header[name] = [
      "dtype": type, "shape": shape, "data_offsets": [data.count, data.count + bytes.count],
    ]
    data += bytes
  }

  func file() throws -> Data {
    let json = try JSONSerialization.data(withJSONObject: header)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json + data
  }
}
