import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Puts the requests of a connection together, hands them over one at a time, and writes their
/// answers. Used on the thread of its connection only.
final class Connection: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = Never
  typealias OutboundOut = HTTPServerResponsePart

  typealias Parts = AsyncThrowingStream<ByteBuffer, any Error>

  /// What has come of the request that is being read.
  enum Reading {
    case nothing
    /// What came with the first packets; most requests are whole then.
    case start(HTTPRequestHead, ByteBuffer)
    /// Handed over as it comes, of which so many bytes so far.
    case rest(Parts.Continuation, Int)
    /// The rest of what is answered already.
    case unwanted
  }

  let limits: ServerConfiguration.Limits
  /// Nil before the beginning and after the last answer.
  var context: ChannelHandlerContext?
  var reading = Reading.nothing
  var date = HTTPDate()

  /// Whoever waits for the next request, or the request that waits for somebody.
  private var waiting: CheckedContinuation<Request?, Never>?
  private var ready: Request?
  var isAnswering = false
  /// Whether the request was a HEAD, whose answer has no body.
  var isHead = false
  /// What of an answer had not been read when the connection was looked at last.
  var unreadBefore = 0
  var lastAnswer = NIODeadline.uptimeNanoseconds(0)

  /// What came while a whole request was being answered, or more answers were on their way than a
  /// client should leave unread: no more is read meanwhile.
  var held = CircularBuffer<HTTPServerRequestPart>()
  private var readIsDue = false

  /// Whether the answer under way is the last one, whatever else has come.
  var isLast = false
  /// Whether nothing more will come, and what is wrong with what came last if it is not HTTP, which is to be
  /// told.
  var isEnding = false
  var malformation: HTTPParserError?
  /// Whether the client waits to be told that the body of its request is wanted (`Expect: 100-continue`).
  var isBodyAwaited = false

  init(_ limits: ServerConfiguration.Limits) { self.limits = limits }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    stopReading(ChannelError.eof)
    waiting.take()?.resume(returning: nil)
  }

  // MARK: Requests

  /// The next request; nil once the connection has ended.
  func deliver(to continuation: CheckedContinuation<Request?, Never>) {
    if ready == nil, context != nil {
      waiting = continuation
    } else {
      continuation.resume(returning: ready.take())
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard self.context != nil else { return }
    let part = unwrapInboundIn(data)
    if isHolding { held.append(part) } else { take(part) }
  }

  func channelReadComplete(context: ChannelHandlerContext) { handOverStart() }

  func read(context: ChannelHandlerContext) {
    if held.isEmpty { context.read() } else { readIsDue = true }
  }

  /// Whether a request has been read whose answer is not finished.
  var isBusy: Bool {
    if case .nothing = reading { isAnswering } else { false }
  }

  /// Whether the next request has to wait.
  private var isHolding: Bool {
    guard case .nothing = reading else { return false }
    return isAnswering || context?.channel.isWritable == false
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable, !isAnswering { takeHeld() }
    context.fireChannelWritabilityChanged()
  }

  private func take(_ part: HTTPServerRequestPart) {
    switch (part, reading) {
    case (.head(let head), _):
      reading = .start(head, ByteBuffer())
    case (.body(var part), .start(let head, var body)):
      reading = .nothing
      if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
      reading = .start(head, body)
    case (.body(let part), .rest(let body, let count)):
      // The part that is too much is handed over, and whoever reads it says so.
      if count <= limits.bodyBytes { body.yield(part) }
      reading = .rest(body, count + part.readableBytes)
    case (.end, .start(let head, let body)):
      reading = .nothing
      handOver(head, RequestBody(buffer: body))
    case (.end, .rest(let body, _)):
      reading = .nothing
      body.finish()
    case (.end, .unwanted): reading = .nothing
    case (.body, .nothing), (.body, .unwanted), (.end, .nothing): break
    }
  }

  /// Hands over a request of which not all has come.
  private func handOverStart() {
    guard case .start(let head, let body) = reading else { return }
    let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
    let (parts, rest) = Parts.makeStream()
    if length > limits.bodyBytes {
      reading = .unwanted
      rest.finish(throwing: NIOTooManyBytesError(maxBytes: limits.bodyBytes))
    } else {
      rest.yield(body)
      reading = .rest(rest, body.readableBytes)
    }
    // A client of HTTP/1.0 would take the 100 for its answer (RFC 9110, 10.1.1).
    isBodyAwaited =
      (head.version.major, head.version.minor) >= (1, 1)
      && head.headers.first(name: "Expect")?.lowercased() == "100-continue"
    guard isBodyAwaited, let loop = context?.eventLoop else {
      return handOver(head, RequestBody(asyncSequence: parts))
    }
    let connection = NIOLoopBound(self, eventLoop: loop)
    handOver(
      head,
      RequestBody(
        asyncSequence: AwaitedParts(parts: parts) {
          if loop.inEventLoop {
            connection.value.askForBody()
          } else {
            loop.execute { connection.value.askForBody() }
          }
        }))
  }

  /// Tells a client that waits for it to go on, unless it has been answered. curl waits a second for this
  /// before it sends more than a megabyte.
  private func askForBody() {
    guard isBodyAwaited, case .rest = reading else { return }
    isBodyAwaited = false
    context?.writeAndFlush(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
  }

  private func handOver(_ head: HTTPRequestHead, _ body: RequestBody) {
    isAnswering = true
    isHead = head.method == .HEAD
    if !head.isKeepAlive { isLast = true }
    // Of two names one might be checked and the other meant (RFC 9112, 3.2).
    let names = head.headers["Host"].count
    guard names == 1 || names == 0 && head.version == .http1_0 else {
      return refuse(Problem(.badRequest, "expected one Host, found \(names)"))
    }
    guard let head = try? HTTPRequest(head, secure: false, splitCookie: false) else {
      return refuse(Problem(.badRequest, "the method, the target or a header field is not HTTP's"))
    }
    let request = Request(head: head, body: body)
    if let waiting = waiting.take() { waiting.resume(returning: request) } else { ready = request }
  }

  /// Takes what was held back, up to the next whole request.
  func takeHeld() {
    guard context != nil else { return }
    while !isHolding, let part = held.popFirst() { take(part) }
    guard held.isEmpty else { return }
    handOverStart()
    if let malformation, !isAnswering { return refuse(malformation) }
    if isEnding { stopReading(ChannelError.eof) }
    guard readIsDue else { return }
    readIsDue = false
    context?.read()
  }
}

/// The parts of a body that comes once somebody begins to read it.
private struct AwaitedParts: AsyncSequence, Sendable {
  let parts: Connection.Parts
  let ask: @Sendable () -> Void

  func makeAsyncIterator() -> Connection.Parts.AsyncIterator {
    ask()
    return parts.makeAsyncIterator()
  }
}

extension ServerConfiguration.Limits {
  var idleTimeout: TimeAmount { .nanoseconds(Int64(idleSeconds * 1e9)) }
  var endingTimeout: TimeAmount { .nanoseconds(Int64(endingSeconds * 1e9)) }
}
