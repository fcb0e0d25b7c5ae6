internal import Foundation
import Synchronization

/// Reading, embedding and storing at once, joined by queues of bounded length.
///
/// One thread reads, some embed, and the caller's stores; so the memory in use is that of the
/// queues, and of up to 32 MB of rows whose ids come again, however many products there are.
final class IngestStages: Sendable {
  private let worker: IngestWorker
  private let options: IngestOptions
  private let threads: Int
  private let cancellation: Cancellation
  private let failure = Mutex<VitrineError?>(nil)

  /// - Parameter threads: so many embed.
  init(
    _ worker: IngestWorker, _ options: IngestOptions, threads: Int, _ cancellation: Cancellation
  ) {
    self.worker = worker
    self.options = options
    self.threads = threads
    self.cancellation = cancellation
  }

  /// Runs the three stages to their end, or until they are cancelled. By then nothing holds the worker any
  /// more but its owner.
  ///
  /// - Parameter read: hands chunks over until there are no more, or none is taken.
  /// - Throws: ``VitrineError``, and what the writer throws.
  func run(
    _ writer: inout IngestWriter, _ meter: inout IngestMeter,
    read: @escaping @Sendable (_ send: (IngestChunk) -> Bool) throws(VitrineError) -> Void
  ) throws {
    let chunks = BoundedChannel<IngestChunk>(capacity: 2 * threads)
    // Embedding goes on while a batch is being stored: leave room for what comes meanwhile.
    let outcomes = BoundedChannel<IngestOutcomes>(
      capacity: 2 * threads + 2 * options.batchSize / options.chunkSize)
    let group = DispatchGroup()
    startThread(group) { [self] in
      do throws(VitrineError) {
        try read { !cancellation.isCancelled && chunks.send($0) }
      } catch {
        fail(error)
      }
      chunks.close()
    }
    startWorkers(from: chunks, to: outcomes, group)
    defer { group.wait() }
    do {
      while let next = outcomes.receive() {
        try writer.take(next)
        meter.show(.embedding, writer.report, embedded: writer.embedded)
      }
      try writer.commit()
    } catch {
      chunks.abandon()
      outcomes.abandon()
      throw error
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  private func startWorkers(
    from chunks: BoundedChannel<IngestChunk>, to outcomes: BoundedChannel<IngestOutcomes>,
    _ group: DispatchGroup
  ) {
    let workers = DispatchGroup()
    for _ in 0..<threads {
      startThread(group, workers) { [self] in
        while let chunk = chunks.receive(), !cancellation.isCancelled {
          do throws(VitrineError) {
            guard outcomes.send(try worker.outcomes(of: chunk)) else { return }
          } catch {
            fail(error)
            chunks.abandon()
          }
        }
      }
    }
    startThread(group) {
      workers.wait()
      outcomes.close()
    }
  }

  private func startThread(_ groups: DispatchGroup..., work: @escaping @Sendable () -> Void) {
    for group in groups { group.enter() }
    let job = OneTimeJob(work)
    Thread {
      _ = job.run()
      for group in groups { group.leave() }
    }.start()
  }

  private func fail(_ error: VitrineError) {
    failure.withLock { first in if first == nil { first = error } }
  }
}
