import Foundation

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
