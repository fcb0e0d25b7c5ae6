import ArgumentParser
import BundledModel
import CLIP
import Foundation
import Kernels
import Vitrine

struct DoctorCommand: WorkspaceCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check this machine, the model and an index.",
    discussion: """
      Says which instructions of the CPU and which libraries are used, what the terminal can show, \
      whether the model loads and how fast it is here, and whether the index opens and fits the \
      model. Exit code 1 if something needs attention.

      Example:

        vitrine doctor --index Indexes/shop
      """)

  @OptionGroup var index: IndexOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var output: OutputOptions

  /// One thing that was looked at.
  private struct Finding: Encodable {
    let what: String
    let isWell: Bool
    let detail: String

    enum CodingKeys: String, CodingKey {
      case what, detail
      case isWell = "is_well"
    }
  }

  func run(in workspace: Workspace) async throws {
    let machine = [cpu(), libraries(), terminal(workspace.console)].compactMap(\.self)
    let all = machine + [checkModel(workspace), await checkIndex(workspace)]
    let console = workspace.console
    if output.json {
      try console.printJSON(all)
    } else {
      let widest = all.map(\.what.count).max() ?? 0
      console.print(
        all.flatMap { finding in
          let mark = finding.isWell ? console.style.green("ok ") : console.style.red("no ")
          let blanks = String(repeating: " ", count: widest - finding.what.count)
          let room = console.width.map { max(8, $0 - widest - 6) }
          let indent = String(repeating: " ", count: widest + 6)
          return DisplayWidth.wrapped(finding.detail, width: room).enumerated().map { row, line in
            (row == 0 ? "\(mark) \(finding.what)\(blanks)  " : indent) + line
          }
        })
    }
    if all.contains(where: { !$0.isWell }) { throw ExitCode.failure }
  }

  private func cpu() -> Finding {
    let level = Kernels.best.level
    let detail =
      switch level {
      case .portable: "plain code the compiler vectorises; slow on x86-64 without AVX2"
      #if arch(arm64)
        case .dotprod: "NEON with products of bytes"
      #else
        case .avx2: "AVX2"
        case .avx512: "AVX-512 with VNNI"
        case .avx512bf16: "AVX-512 with VNNI and bfloat16"
        case .avx512fp16: "AVX-512 with VNNI and half precision"
      #endif
      }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return Finding(what: "CPU", isWell: true, detail: "\(detail), \(cores) threads")
  }

  /// The system libraries that this process has loaded, by the names that carry their versions.
  private func libraries() -> Finding? {
    let wanted = ["lmdb", "turbojpeg", "png", "webp", "roaring", "stemmer", "edit", "z"]
    // Where there is no such file, as on macOS, nothing is said.
    guard let data = try? FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd() else {
      return nil
    }
    let maps = String(decoding: data, as: UTF8.self)
    let files = Set(maps.split(separator: "\n").compactMap { $0.split(separator: "/").last })
    let found = wanted.map { name in
      files.first { $0.prefix { $0 != "." }.trimmingCharacters(in: .decimalDigits) == "lib\(name)" }
        .map(String.init) ?? "no lib\(name)"
    }
    return Finding(what: "libraries", isWell: true, detail: found.joined(separator: ", "))
  }

  private func terminal(_ console: Console) -> Finding {
    guard console.terminals.output else {
      return Finding(what: "terminal", isWell: true, detail: "none: plain text, no pictures")
    }
    guard let pictures = Pictures(console: console) else {
      return Finding(
        what: "terminal", isWell: true, detail: "no pictures: the program chafa is not installed")
    }
    return Finding(
      what: "terminal", isWell: true, detail: "pictures through chafa as \(pictures.drawing)")
  }

  private func checkModel(_ workspace: Workspace) -> Finding {
    let console = workspace.console
    do {
      let start = console.now()
      let model = try workspace.model(model)
      let loaded = console.now()
      _ = try CLIPEmbedder(model).embed(texts: ["a red dress"])
      let text = console.now()
      return Finding(
        what: "model", isWell: true,
        detail: "\(self.model.directory(in: console)): \(model.dimensions) dimensions, loaded in "
          + "\((loaded - start).inWords), a text in \((text - loaded).inWords)")
    } catch {
      return Finding(what: "model", isWell: false, detail: Failure(error).message)
    }
  }

  private func checkIndex(_ workspace: Workspace) async -> Finding {
    let path = index.path(in: workspace.console)
    guard Engine.exists(at: path) else {
      return Finding(
        what: "index", isWell: index.paths.isEmpty, detail: "there is none at \(path)")
    }
    do {
      let engine = try workspace.engine(at: path, readOnly: true)
      let products = try engine.count
      let fingerprint = try workspace.model(model).fingerprint
      let indexed = try engine.modelFingerprint
      let isSame = indexed == fingerprint
      let other =
        indexed.isEmpty
        ? ", imported without a model: give it to import with --model"
        : ", of another model: give it with --model"
      return Finding(
        what: "index", isWell: isSame,
        detail: "\(path): \(Numbers.counted(products, "product"))"
          + (isSame ? "" : other))
    } catch {
      return Finding(what: "index", isWell: false, detail: Failure(error).message)
    }
  }
}
