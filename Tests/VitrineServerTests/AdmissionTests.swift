import HTTPTypes
import Testing
import VitrineServer

@Suite struct AdmissionTests {
  @Test func `work beyond the bounds is turned away`() async throws {
    var limits = ServerConfiguration.Limits()
    limits.concurrentRequests = 1
    limits.seconds = 0.2
    let admission = Admission(limits)
    let (started, signal) = AsyncStream.makeStream(of: Void.self)
    let slow = Task {
      try await admission.run {
        signal.yield()
        try await Task.sleep(for: .seconds(60))
      }
    }
    for await _ in started.prefix(1) {}
    let busy = await #expect(throws: Problem.self) { try await admission.run {} }
    #expect(busy?.status == .tooManyRequests)
    let late = await #expect(throws: Problem.self) { try await slow.value }
    #expect(late?.status == .serviceUnavailable)
  }

  @Test func `work that did not stop in time is answered with what it came to`() async throws {
    var limits = ServerConfiguration.Limits()
    limits.seconds = 0.05
    let outcome: String = try await Admission(limits).run {
      try? await Task.sleep(for: .seconds(60))
      return "stored"
    }
    #expect(outcome == "stored")
  }
}
