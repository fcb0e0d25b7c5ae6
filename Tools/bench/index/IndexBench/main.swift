import Foundation

// The index as a contestant of the benchmark in Tools/bench/index: see the README there.
do {
  let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
  if arguments.phases.count == 1 {
    try Contestant(arguments).run(arguments.phases[0])
  } else {
    // A process for each, so that peaks and caches are clean.
    for phase in arguments.phases {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      process.arguments = Array(CommandLine.arguments.dropFirst()) + ["--phase", phase]
      try process.run()
      process.waitUntilExit()
      if process.terminationStatus != 0 { exit(process.terminationStatus) }
    }
  }
} catch let error as Usage {
  FileHandle.standardError.write(Data("vitrine-bench: \(error.reason)\n\(Arguments.usage)\n".utf8))
  exit(64)
} catch {
  FileHandle.standardError.write(Data("vitrine-bench: \(error)\n".utf8))
  exit(1)
}
