internal import CKernels

/// Adds up the postings of a term: how much a word counts in each product.
///
/// In a field it counts `weight · frequency / (base + slope · length)`, and a sum of these counts
/// `sum / (saturation + sum)`, which is 1 at most.
package struct PostingSums: Sendable {
  private var fields = [ck_field](repeating: ck_field(weight: 1, slope: 0), count: 256)
  private let lengths: [Float]
  private let base: Float
  private let saturation: Float
  private let kernels: Kernels

  /// - Parameters:
  ///   - base: what a field of no length divides by; more than 0.
  ///   - saturation: the sum that counts one half; more than 0.
  ///   - lengths: what the 256 codes of a length stand for.
  package init(base: Float, saturation: Float, lengths: [Float], kernels: Kernels = .best) {
    precondition(lengths.count == 256 && base > 0 && saturation > 0)
    self.kernels = kernels
    self.base = base
    self.saturation = saturation
    self.lengths = lengths
  }

  /// Says what words of a field, of 256, count.
  package mutating func set(_ field: Int, weight: Float? = nil, slope: Float? = nil) {
    if let weight { fields[field].weight = weight }
    if let slope { fields[field].slope = slope }
  }

  /// Appends the slots of products and what their sums count, leaving out those whose sum is 0.
  ///
  /// A posting is 32 bits, little-endian; from the high end 12 of the slot less `first`, 8 of the
  /// field, 4 of the frequency and 8 of the length's code. Those of one product follow each other.
  /// - Complexity: O(postings).
  package func append(
    _ postings: RawSpan, first: UInt32, to slots: inout [UInt32], _ values: inout [Float]
  ) {
    let count = postings.byteCount / 4
    precondition(values.count == slots.count)
    guard let sum = ck_sum_postings_kernel(kernels.cLevel) else { return }
    slots.append(addingCapacity: count) { slots in
      values.append(addingCapacity: count) { values in
        postings.withUnsafeBytes { postings in
          slots.withUnsafeMutableBufferPointer { slots, slotCount in
            values.withUnsafeMutableBufferPointer { values, valueCount in
              guard let postings = postings.baseAddress, let slots = slots.baseAddress,
                let values = values.baseAddress
              else { return }
              let products = Int(
                sum(
                  postings.assumingMemoryBound(to: UInt8.self), UInt32(count), first, fields,
                  lengths, base, saturation, slots + slotCount, values + valueCount))
              slotCount += products
              valueCount += products
            }
          }
        }
      }
    }
  }
}
