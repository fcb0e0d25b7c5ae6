import Kernels

/// A CLIP model: image and text encoders into one space.
public final class CLIPModel: Sendable {
  /// How the factors of matrix products are stored. Sums, and all that is between the products, are
  /// single precision in each.
  public enum Precision: String, Sendable, CaseIterable {
    /// Single precision: equal to the reference within 1e-5.
    case f32
    /// bfloat16: cosine to the reference at least 0.9999, twice as fast where the CPU has it.
    case bf16
    /// 8 bits with a scale per weight column and per row: cosine at least 0.999, four times as fast.
    case i8
  }
}
