import CRoaring

/// A compressed set of slots (Roaring; Lemire et al., arXiv 1709.07821). The one place that calls
/// CRoaring; every pointer stays inside. Not shared between threads.
final class Bitmap {
  // Owned: made by the initialisers, freed by deinit, never handed out.
  private let set: UnsafeMutablePointer<roaring_bitmap_t>

  /// An empty set.
  init() { set = roaring_bitmap_create() }

  private init(owning set: UnsafeMutablePointer<roaring_bitmap_t>) { self.set = set }

  deinit { roaring_bitmap_free(set) }

  /// Reads a set as ``sealed()`` wrote it, copying it; nil if the bytes are no such set. Roaring
  /// itself trusts what it reads more than a damaged file deserves.
  convenience init?(sealed bytes: RawSpan) {
    var reader = ByteReader(bytes)
    guard reader.unseal() else { return nil }
    let set = reader.rest.withUnsafeBytes { raw in
      roaring_bitmap_portable_deserialize_safe(
        raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
    }
    guard let set else { return nil }
    self.init(owning: set)
  }

  /// The set in Roaring's portable format, which every version and language reads, behind its
  /// checksum.
  func sealed() -> [UInt8] {
    roaring_bitmap_run_optimize(set)
    let size = roaring_bitmap_portable_size_in_bytes(set)
    var writer = ByteWriter()
    writer.bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = buffer.withMemoryRebound(to: CChar.self) {
        roaring_bitmap_portable_serialize(set, $0.baseAddress)
      }
    }
    return writer.sealed
  }

  var count: Int { Int(roaring_bitmap_get_cardinality(set)) }
  var isEmpty: Bool { roaring_bitmap_is_empty(set) }

  func insert(_ slot: UInt32) { roaring_bitmap_add(set, slot) }
  func remove(_ slot: UInt32) { roaring_bitmap_remove(set, slot) }

  func formUnion(_ other: Bitmap) { roaring_bitmap_or_inplace(set, other.set) }

  /// The union of sets that come one by one, such as those of a thousand prices: it is counted and
  /// put in order once all of them are there.
  struct Union: ~Copyable {
    private var sum: Bitmap?
    private var isInOrder = true

    /// Adds a set, which is the union's from then on.
    mutating func add(_ other: Bitmap) {
      guard let sum else { return sum = other }
      roaring_bitmap_lazy_or_inplace(sum.set, other.set, true)
      isInOrder = false
    }

    /// The union of all that were added.
    consuming func finish() -> Bitmap {
      guard let sum else { return Bitmap() }
      if !isInOrder { roaring_bitmap_repair_after_lazy(sum.set) }
      return sum
    }
  }

  func formIntersection(_ other: Bitmap) { roaring_bitmap_and_inplace(set, other.set) }
  func subtract(_ other: Bitmap) { roaring_bitmap_andnot_inplace(set, other.set) }

  /// The slots in ascending order.
  func slots() -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: count) { buffer, count in
      roaring_bitmap_to_uint32_array(set, buffer.baseAddress)
      count = buffer.count
    }
  }
}
