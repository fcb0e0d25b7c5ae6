import NIOCore
import NIOPosix
import Testing
import VitrineServer

/// What a server has said over one connection.
struct Answers {
  let text: String

  var statuses: [Int] { text.matches(of: #/HTTP/1\.1 (\d{3})/#).compactMap { Int($0.1) } }
}

/// The answers to what is sent over one connection, piece after piece, until the server closes it.
func exchange(
  _ pieces: [String], of shop: Shop? = nil, waitsForAnswers: Bool = false,
  thenSendsNoMore: Bool = false,
  _ change: @escaping (inout ServerConfiguration) -> Void = { _ in }
) async throws -> Answers {
  let (ports, told) = AsyncStream.makeStream(of: Int.self)
  let shop = if let shop { shop } else { try await Shop() }
  let server = try shop.server {
    $0.port = 0
    change(&$0)
  }
  let serving = Task { try await server.run { told.yield($0) } }
  defer { serving.cancel() }
  let port = try #require(await ports.first { _ in true })
  return try await exchange(
    pieces, port: port, waitsForAnswers: waitsForAnswers, thenSendsNoMore: thenSendsNoMore)
}

/// The same with a server that is there; `onAnswer` is called for every part of its answers.
func exchange(
  _ pieces: [String], port: Int, waitsForAnswers: Bool = false, thenSendsNoMore: Bool,
  onAnswer: () -> Void = {}
) async throws -> Answers {
  let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
    .channelOption(.allowRemoteHalfClosure, value: true)
    .connect(host: "127.0.0.1", port: port) { channel in
      channel.eventLoop.makeCompletedFuture {
        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
          wrappingChannelSynchronously: channel,
          configuration: .init(isOutboundHalfClosureEnabled: true))
      }
    }
  return try await client.executeThenClose { inbound, outbound in
    var answers = inbound.makeAsyncIterator()
    var text = ""
    for (number, piece) in pieces.enumerated() {
      // The server may have closed already.
      guard (try? await outbound.write(ByteBuffer(string: piece))) != nil else { break }
      // The end may come at once with the last piece.
      if number == pieces.count - 1 { break }
      if waitsForAnswers {
        text += String(buffer: try await answers.next() ?? ByteBuffer())
      } else {
        try await Task.sleep(for: .milliseconds(3))
      }
    }
    if thenSendsNoMore { outbound.finish() }
    do {
      while let part = try await answers.next() {
        text += String(buffer: part)
        onAnswer()
      }
    } catch is IOError {}  // closed while something was still on its way to it
    return Answers(text: text)
  }
}

/// A request as its bytes are.
func request(
  _ method: String, _ path: String, fields: [String] = [], body: String = ""
) -> String {
  let fields = fields.map { $0 + "\r\n" }.joined()
  return "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)"
    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}
