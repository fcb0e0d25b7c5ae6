import Foundation

/// Shows photographs in the terminal through the program `chafa`.
package struct Pictures: Sendable {
  /// What the terminal can draw with.
  package enum Medium: String, Sendable {
    case kitty, iterm, sixels, symbols
  }

  /// What the terminal can draw with.
  package let drawing: Medium
  private let chafa: String
  private let colours: String

  /// Nil where there is no terminal or no `chafa`.
  package init?(console: Console) {
    guard console.terminals.output, let chafa = console.program("chafa") else { return nil }
    self.chafa = chafa
    drawing = Pictures.drawing(on: console)
    colours = Pictures.hasFullColour(console.environment) ? "full" : "256"
  }

  /// Whether pictures look good without being asked for: a terminal that shows all colours.
  package var lookGood: Bool { drawing != .symbols || colours == "full" }

  /// What a terminal can draw with: some say so in the environment, others when asked.
  package static func drawing(on console: Console) -> Medium {
    let environment = console.environment
    let term = environment["TERM", default: ""]
    let program = environment["TERM_PROGRAM", default: ""]
    // Inside a multiplexer only characters are sure to arrive where they belong.
    if environment["TMUX"] != nil || environment["STY"] != nil { return .symbols }
    if term == "xterm-kitty" || term == "xterm-ghostty" || program == "ghostty" { return .kitty }
    if program == "iTerm.app" || program == "WezTerm" { return .iterm }
    if term.hasPrefix("foot") || term.hasPrefix("mlterm") || term.contains("sixel") {
      return .sixels
    }
    // Apple's shows the first question as text.
    if ["", "dumb", "linux"].contains(term) || program == "Apple_Terminal" { return .symbols }
    return medium(saidBy: console.ask("\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[c"))
  }

  /// What a terminal can do that answered two questions: whether it shows a picture of one pixel in
  /// kitty's way, and what kind of terminal it is, among which 4 is one with sixels.
  package static func medium(saidBy answer: String) -> Medium {
    if answer.contains("\u{1B}_Gi=31;OK") { return .kitty }
    guard let start = answer.range(of: "\u{1B}[?") else { return .symbols }
    let attributes = answer[start.upperBound...].prefix { $0 != "c" }.split(separator: ";")
    return attributes.dropFirst().contains("4") ? .sixels : .symbols
  }

  private static func hasFullColour(_ environment: [String: String]) -> Bool {
    ["truecolor", "24bit"].contains(environment["COLORTERM", default: ""])
  }

  /// The size of a picture in a strip, in cells: photographs of products stand upright.
  package static let cell = (columns: 15, rows: 9)

  /// Photographs side by side with a caption under each: as many as fit the width.
  ///
  /// - Parameter photographs: encoded; nil leaves a gap.
  package func strip(_ photographs: [[UInt8]?], captions: [String], width: Int) async -> String {
    let (columns, rows) = Pictures.cell
    let fitting = min(photographs.count, max(1, width / (columns + 1)))
    let drawn = await withTaskGroup(of: (Int, String).self) { group in
      for (index, photograph) in photographs.prefix(fitting).enumerated() {
        guard let photograph else { continue }
        group.addTask { (index, draw(photograph, columns: columns, rows: rows)) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    let row = (0..<fitting).map { drawn[$0] ?? "" }
    let body =
      drawing == .symbols
      ? Pictures.joined(row, columns: columns, rows: rows)
      : Pictures.placed(row, columns: columns, rows: rows)
    let under = captions.prefix(fitting).map { caption in
      let text = DisplayWidth.fit(caption, in: columns)
      let left = (columns - DisplayWidth.of(text)) / 2
      let right = columns - left - DisplayWidth.of(text)
      return String(repeating: " ", count: left) + text + String(repeating: " ", count: right)
    }
    return body + under.joined(separator: " ") + "\n"
  }

  /// One photograph within so many cells; empty if it cannot be drawn.
  package func draw(_ photograph: [UInt8], columns: Int, rows: Int) -> String {
    let folder = ScratchFolder()
    // Its files go with it.
    defer { withExtendedLifetime(folder) {} }
    guard let file = try? folder.file(named: "image") else { return "" }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: chafa)
    process.arguments = [
      "--format", drawing.rawValue, "--size", "\(columns)x\(rows)", "--colors", colours,
      "--animate", "off",
      // Half blocks are in every font, without seams; finer symbols look torn on cloth.
      "--symbols", "vhalf", file.path,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    // From any of its streams `chafa` learns how many pixels a cell has, without which pictures in
    // sixels come out flat. This one it can neither read nor, being opened for reading, write.
    process.standardError = FileHandle(forReadingAtPath: "/dev/tty") ?? FileHandle.nullDevice
    guard (try? Data(photograph).write(to: file)) != nil, (try? process.run()) != nil else {
      return ""
    }
    let drawn = (try? output.fileHandleForReading.readToEnd()) ?? nil
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: drawn ?? Data(), as: UTF8.self) : ""
  }

  /// Lines of characters beside each other. Every line of `chafa` resets its colours at the end,
  /// and fills as many columns as the picture is wide.
  private static func joined(_ pictures: [String], columns: Int, rows: Int) -> String {
    let grids = pictures.map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
    var text = ""
    for row in 0..<rows {
      var line = ""
      for grid in grids {
        let part = row < grid.count ? String(grid[row]) : ""
        let blanks = max(0, columns - visibleWidth(part))
        let left = blanks / 2
        line += String(repeating: " ", count: left) + part + "\u{1B}[0m"
        line += String(repeating: " ", count: blanks - left + 1)
      }
      text += line + "\n"
    }
    return text
  }

  /// Bitmaps beside each other: room is made by empty lines, then each is drawn from the saved
  /// place of the cursor.
  private static func placed(_ pictures: [String], columns: Int, rows: Int) -> String {
    var text = String(repeating: "\n", count: rows) + "\u{1B}[\(rows)A"
    for (index, picture) in pictures.enumerated() where !picture.isEmpty {
      let right = index * (columns + 1)
      text += "\u{1B}7" + (right > 0 ? "\u{1B}[\(right)C" : "") + picture + "\u{1B}8"
    }
    return text + "\u{1B}[\(rows)B"
  }

  /// The columns that text with colour codes fills.
  package static func visibleWidth(_ text: String) -> Int {
    var plain = ""
    var isCode = false
    for scalar in text.unicodeScalars {
      if scalar == "\u{1B}" {
        isCode = true
      } else if isCode {
        if scalar.properties.isAlphabetic { isCode = false }
      } else {
        plain.unicodeScalars.append(scalar)
      }
    }
    return DisplayWidth.of(plain)
  }
}
