import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// HTTP/1.1 on a connection, on the thread that reads and writes it.
///
/// Hummingbird's own channel hands each part of a request and of its answer through asynchronous
/// sequences, and leaves their tasks to other threads. Here only what computes for longer, or waits,
/// leaves the thread.
struct ConnectionChannel: ServerChildChannel {
  typealias Respond = @Sendable (Request, any Channel) async -> Response

  /// Answers a request, whatever comes.
  let respond: Respond
  let limits: ServerConfiguration.Limits

  struct Value: ServerChildChannelValue {
    let channel: any Channel
    let connection: NIOLoopBound<Connection>
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.configureHTTPServerPipeline(
        withPipeliningAssistance: false, withErrorHandling: false,
        withOutboundHeaderValidation: false)
      // Behind the parser, so that who sends a request byte by byte is idle.
      try pipeline.addHandler(IdleStateHandler(readTimeout: limits.idleTimeout))
      let connection = Connection(limits)
      try pipeline.addHandler(connection)
      return Value(
        channel: channel, connection: NIOLoopBound(connection, eventLoop: channel.eventLoop))
    }
  }

  func handle(value: Value, logger: Logger) async {
    await withTaskExecutorPreference(LoopExecutor(loop: value.channel.eventLoop)) {
      while let request = await next(of: value.connection) {
        await answer(await respond(request, value.channel), on: value)
      }
      try? await value.channel.closeFuture.get()
    }
  }

  private func next(of connection: NIOLoopBound<Connection>) async -> Request? {
    await withCheckedContinuation { connection.value.deliver(to: $0) }
  }

  private func answer(_ response: Response, on value: Value) async {
    value.connection.value.write(response.head)
    do {
      try await response.body.write(BodyWriter(connection: value.connection))
    } catch {
      // The head is on its way, so that only an end too soon can tell.
      value.channel.close(promise: nil)
    }
  }
}

/// Writes an answer's body, which this server has in one piece.
///
/// There is nothing to wait for, but to be back on the thread of the connection: asynchronous functions begin
/// on the executor that their task prefers.
private struct BodyWriter: ResponseBodyWriter {
  let connection: NIOLoopBound<Connection>

  func write(_ buffer: ByteBuffer) async { connection.value.write(buffer) }

  consuming func finish(_ trailingHeaders: HTTPFields?) async { connection.value.finish() }
}

/// An event loop as an executor of tasks.
private final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
