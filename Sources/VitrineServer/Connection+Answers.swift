import CoreMetrics
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Writing answers, and ending the connection.
extension Connection {
  private var isLastAnswer: Bool { isLast || isEnding && malformation == nil && held.isEmpty }

  func write(_ head: HTTPResponse) {
    isBodyAwaited = false
    var headers = HTTPHeaders()
    headers.reserveCapacity(head.headerFields.count + 3)
    for field in head.headerFields { headers.add(name: field.name.rawName, value: field.value) }
    headers.add(name: "Date", value: date.now)
    headers.add(name: "Server", value: "vitrine")
    if isLastAnswer { headers.add(name: "Connection", value: "close") }
    let status = HTTPResponseStatus(
      statusCode: head.status.code, reasonPhrase: head.status.reasonPhrase)
    context?.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
      promise: nil)
  }

  func write(_ part: ByteBuffer) {
    if isHead { return }
    context?.write(wrapOutboundOut(.body(.byteBuffer(part))), promise: nil)
  }

  /// Sends what was written, and ends the connection if there is to be nothing after it.
  func finish() {
    guard let context else { return }
    isAnswering = false
    lastAnswer = .now()
    if case .rest = reading { reading = .unwanted }
    guard isLastAnswer else {
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      takeHeld()
      return
    }
    context.write(wrapOutboundOut(.end(nil)), promise: nil)
    closeOnceSent()
  }

  /// Ends the connection when the client has been sent all answers.
  private func closeOnceSent() {
    guard let context = context.take() else { return }
    let channel = context.channel
    // Nothing, which is sent after all that was written before.
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer())))).whenComplete { _ in
      channel.close(promise: nil)
    }
  }

  // MARK: Ends

  /// Ends the connection soon, whatever its client does, but not before what it has asked for is answered.
  private func letGo(_ channel: any Channel) {
    channel.eventLoop.assumeIsolated().scheduleTask(in: limits.endingTimeout) { [self] in
      if isBusy { letGo(channel) } else { channel.close(promise: nil) }
    }
  }

  /// Tells who sends no HTTP what is wrong with it, and ends the connection. No middleware sees this,
  /// so that it is counted here.
  func refuse(_ problem: Problem) {
    isLast = true
    Counter(
      label: "vitrine.http.malformed_requests",
      dimensions: [("http.response.status_code", "\(problem.status.code)")]
    ).increment()
    let body = problem.body
    var fields = problem.fields
    fields[.contentLength] = "\(body.readableBytes)"
    write(HTTPResponse(status: problem.status, headerFields: fields))
    write(body)
    finish()
  }

  func refuse(_ malformation: HTTPParserError) {
    // Of what the request before may have been.
    isHead = false
    refuse(Problem(malformed: malformation))
  }

  func stopReading(_ error: any Error) {
    if case .rest(let body, _) = reading { body.finish(throwing: error) }
    reading = .nothing
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    isEnding = true
    switch reading {
    // Who reads the body tells of it, or will when it is handed over, or has answered.
    case .rest, .unwanted: break
    case .nothing where !endsWhole(held): break
    case .nothing, .start: malformation = error as? HTTPParserError
    }
    stopReading(error)
    guard !isAnswering, held.isEmpty else { return }
    if let malformation { refuse(malformation) } else { context.close(promise: nil) }
  }

  private func endsWhole(_ parts: CircularBuffer<HTTPServerRequestPart>) -> Bool {
    guard let last = parts.last else { return true }
    return if case .end = last { true } else { false }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent:
      isLast = true
      letGo(context.channel)
      if !isAnswering { closeOnceSent() }
    case ChannelEvent.inputClosed:
      isEnding = true
      if !isAnswering, held.isEmpty { closeOnceSent() }
    case is IdleStateHandler.IdleStateEvent:
      // Who waits for an answer, still reads one, or has just got it, need not send anything.
      let unread = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
      defer { unreadBefore = unread ?? 0 }
      let isReading = !context.channel.isWritable && unread != unreadBefore
      guard !isBusy, !isReading, NIODeadline.now() - lastAnswer >= limits.idleTimeout
      else { return }
      context.close(promise: nil)
    default: context.fireUserInboundEventTriggered(event)
    }
  }
}
