import Foundation
import Synchronization

/// What this process uses, and where it runs.
enum ProcessMeter {
  /// A line of /proc/self/status in MiB: VmHWM, VmRSS, RssAnon.
  static func memory(_ field: String) -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") }
    let kilobytes = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Double($0) }
    return (kilobytes ?? 0) / 1024
  }

  /// This process's share of the memory it uses, in MiB: pages that n processes use count 1/n.
  static var proportionalShare: Double {
    let text = (try? String(contentsOfFile: "/proc/self/smaps_rollup", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") }
    return (line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Double($0) } ?? 0) / 1024
  }

  /// Keeps this process to some processors; Swift cannot make the system call itself.
  static func pin(to cpus: [Int]) throws {
    #if os(Linux)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/taskset")
      let list = cpus.map(String.init).joined(separator: ",")
      process.arguments = ["-a", "-cp", list, "\(getpid())"]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
    #endif
  }

  /// Runs `body` and returns the greatest anonymous memory that a sampler saw meanwhile, in MiB.
  static func anonymousPeak(during body: () throws -> Void) rethrows -> Double {
    let peak = PeakSampler()
    peak.start()
    defer { peak.stop() }
    try body()
    return peak.value
  }
}

/// Samples anonymous memory every 50 ms.
private final class PeakSampler: Sendable {
  private let peak = Mutex(0.0)
  private let isDone = Atomic(false)

  func start() {
    let thread = Thread { [self] in
      while !isDone.load(ordering: .relaxed) {
        let now = ProcessMeter.memory("RssAnon")
        peak.withLock { $0 = max($0, now) }
        Thread.sleep(forTimeInterval: 0.05)
      }
    }
    thread.start()
  }

  func stop() { isDone.store(true, ordering: .relaxed) }
  var value: Double { peak.withLock { $0 } }
}

/// Puts files out of the page cache; `false` where the system has no call for it. The programs' own
/// pages stay: it is the index that is to be cold.
func goCold(_ paths: [String]) -> Bool {
  #if os(Linux)
    sync()
    for path in paths {
      let descriptor = open(path, O_RDONLY)
      guard descriptor >= 0 else { continue }
      posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
      close(descriptor)
    }
    return true
  #else
    return false
  #endif
}

/// Bytes on the disk of the files in a directory.
func diskBytes(_ directory: String) -> Int {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  return names.reduce(0) { sum, name in
    var status = stat()
    return stat("\(directory)/\(name)", &status) == 0 ? sum + Int(status.st_blocks) * 512 : sum
  }
}
