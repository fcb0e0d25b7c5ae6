// The other process of tests that need one. Usage: LMDBTestProcess COMMAND DIRECTORY
import Foundation
import LMDB

/// Says something to the test at once.
func say(_ line: String) {
  print(line)
  fflush(nil)
}

/// Blocks until the test closes the other end.
func waitForTest() { while readLine() != nil {} }

/// Holds a snapshot until told to go, or killed.
func holdSnapshot(_ path: String) throws {
  let environment = try Environment(path: path)
  try environment.read { (txn: borrowing ReadTransaction) in
    say("snapshot \(txn.id)")
    waitForTest()
  }
}

/// Commits round after round: fifty entries that all say the round's number.
func commitForever(_ path: String) throws {
  var options = Environment.Options()
  options.mapSize = 1 << 20
  let environment = try Environment(path: path, options: options)
  var round: UInt64 = 0
  while true {
    round += 1
    try environment.write { (txn: borrowing WriteTransaction) in
      let rounds = try txn.createDatabase(named: "rounds")
      for key: UInt32 in 0..<50 {
        let padding = Int((round * 7919 + UInt64(key) * 104_729) % 6000)
        let number = withUnsafeBytes(of: round) { Array($0) }
        try txn.put(number + [UInt8](repeating: 0, count: padding), in: rounds, for: key)
      }
    }
    say("\(round)")
  }
}

/// Adds a database with forty megabytes to whatever is there.
func grow(_ path: String) throws {
  let environment = try Environment(path: path)
  try environment.write { (txn: borrowing WriteTransaction) in
    let grown = try txn.createDatabase(named: "grown")
    for key: UInt32 in 0..<40 {
      try txn.put([UInt8](repeating: UInt8(key), count: 1 << 20), in: grown, for: key)
    }
  }
  say("grown")
}

/// Makes forty databases, a transaction each, with their names in them.
func makeDatabases(_ path: String) throws {
  var options = Environment.Options()
  options.maxDatabases = 100
  let environment = try Environment(path: path, options: options)
  for number in 0..<40 {
    try environment.write { (txn: borrowing WriteTransaction) in
      let name = "theirs \(number)"
      try txn.put(Array(name.utf8), in: try txn.createDatabase(named: name), for: "name")
    }
  }
}

/// Opens as a user without rights, once for reading and once for writing.
func openUnprivileged(_ path: String) {
  if getuid() == 0 {
    setgid(65534)
    setuid(65534)
  }
  for readOnly in [true, false] {
    var options = Environment.Options()
    options.readOnly = readOnly
    do {
      let environment = try Environment(path: path, options: options)
      let names = try environment.read { (txn: borrowing ReadTransaction) in txn.databaseNames }
      say("opened \(names)")
    } catch {
      say("\(error)")
    }
  }
}

let arguments = CommandLine.arguments
guard arguments.count == 3 else { exit(64) }
do {
  switch arguments[1] {
  case "hold-snapshot": try holdSnapshot(arguments[2])
  case "commit-forever": try commitForever(arguments[2])
  case "make-databases": try makeDatabases(arguments[2])
  case "grow": try grow(arguments[2])
  case "open-unprivileged": openUnprivileged(arguments[2])
  default: exit(64)
  }
} catch {
  say("\(error)")
  exit(1)
}
