internal import CKernels

/// The SIMD kernels of one instruction set: a plain value, chosen once and passed to whoever
/// computes.
///
/// Sums are taken in a different order on each level, so results agree to rounding, never bit for
/// bit; tests that pin values use ``scalar``. All members may be called from any thread.
public struct Kernels: Sendable {
  /// The architecture's instruction sets with kernels of their own, in rising order.
  public enum Level: UInt32, Sendable, CaseIterable, Comparable {
    #if arch(arm64)
      case portable, dotprod
    #else
      case portable, avx2, avx512, avx512bf16, avx512fp16
    #endif

    /// Whether `a` is the older set of the two.
    public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  /// The instruction set these kernels use.
  public let level: Level

  /// The fastest kernels of this processor; the environment variable `VITRINE_CPU` (`portable`,
  /// `avx2`, `avx512`, `avx512bf16`, `avx512fp16`; on ARM `portable`, `dotprod`) lowers the choice.
  ///
  /// That is not always the highest level: bfloat16 is the better half where its instruction is
  /// fast, but on Intel's processors without AMX it takes four times as long as one for floats.
  /// Which holds is measured once, in a fraction of a millisecond.
  public static let best = Kernels(ck_cpu_fastest())

  /// Plain C that every processor runs: the reference in tests.
  public static let scalar = Kernels(level: .portable)

  /// The kernels of a named level, or `nil` where this processor lacks its instructions.
  public static func named(_ level: Level) -> Kernels? {
    level.rawValue <= ck_cpu_highest().rawValue ? Kernels(level: level) : nil
  }

  /// The level as the kernels in C name it.
  var cLevel: ck_level { ck_level(rawValue: level.rawValue) }

  private init(_ level: ck_level) { self.init(level: Level(rawValue: level.rawValue) ?? .portable) }

  private init(level: Level) { self.level = level }
}
