#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A region of zeroed memory that hands out ``Matrix``, ``Operand`` and ``PackedMatrix`` values, or
/// a file's bytes handed out in the order in which they were once allocated.
///
/// Pages are taken from the system when first touched, so a generous capacity costs nothing. They
/// are of the usual size: the kernels read in order and gain nothing measurable from huge ones, and
/// a virtual machine may have to ask its host for each of those. Only ``populate()`` asks for large
/// ones, since to take many of the usual ones costs more.
///
/// Values of the arena keep it alive.
public final class Arena: @unchecked Sendable {
  // Sendable: one owner allocates, before views are shared; which thread may write which part of a
  // view is the contract of the kernels (see `Share`).
  let base: UnsafeMutableRawPointer
  let capacity: Int

  /// Whether the memory is a file, whose values are there already and cannot be written.
  public let isMapped: Bool

  /// Bytes allocated so far.
  public private(set) var used = 0

  static let alignment = 64

  /// Reserves address space for `capacity` bytes of zeros; `nil` where the system refuses.
  public init?(capacity: Int) {
    self.capacity = max(1, capacity)
    let memory = mmap(
      nil, self.capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | Arena.anonymous, -1, 0)
    guard let memory, memory != MAP_FAILED else { return nil }
    base = memory
    isMapped = false
  }

  /// Maps the open file `descriptor` read-only, shared with every process that does the same;
  /// `nil` where the system refuses. The descriptor may be closed afterwards.
  public init?(mapping descriptor: Int32, byteCount: Int) {
    let memory = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let memory, memory != MAP_FAILED else { return nil }
    base = memory
    capacity = byteCount
    isMapped = true
  }

  deinit { munmap(base, capacity) }

  /// The next `byteCount` bytes, or `nil` where fewer are left.
  package func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    let size = (byteCount + Arena.alignment - 1) / Arena.alignment * Arena.alignment
    guard size <= capacity - used else { return nil }
    defer { used += size }
    return base + used
  }

  /// Takes the pages of all the memory at once, and large ones where there are any, which is
  /// cheaper than one by one. A hint.
  package func populate() {
    #if os(Linux)
      madvise(base, capacity, MADV_HUGEPAGE)
      let populateForWriting: Int32 = 23  // MADV_POPULATE_WRITE, newer than some headers
      madvise(base, capacity, populateForWriting)
    #endif
  }

  /// Writes the bytes allocated so far to an open file; `false` where the system refuses.
  public func write(to descriptor: Int32) -> Bool {
    var written = 0
    while written < used {
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, base + written, used - written)
      #else
        let count = Darwin.write(descriptor, base + written, used - written)
      #endif
      guard count > 0 || (count < 0 && errno == EINTR) else { return false }
      written += max(0, count)
    }
    return true
  }

  #if os(Linux)
    private static let anonymous = MAP_ANONYMOUS | MAP_NORESERVE
  #else
    private static let anonymous = MAP_ANON
  #endif
}

/// One thread's part of a step that several threads take together.
///
/// The threads of a team call the same kernels with the same arguments, each with its own share;
/// a kernel writes only its share's part, and reads what other shares wrote before ``wait()``.
public struct Share: Sendable {
  /// Which of the shares this is.
  public let index: Int
  /// How many shares there are.
  public let count: Int
  private let barrier: Barrier?

  /// All the work.
  public static let whole = Share(index: 0, count: 1, barrier: nil)

  /// Share `index` of as many as meet at `barrier`.
  public init(index: Int, of barrier: Barrier) {
    self.init(index: index, count: barrier.count, barrier: barrier)
  }

  private init(index: Int, count: Int, barrier: Barrier?) {
    self.index = index
    self.count = count
    self.barrier = barrier
  }

  /// This share's part of `0 ..< total`.
  public func part(of total: Int) -> Range<Int> {
    total * index / count..<total * (index + 1) / count
  }

  /// Returns when every share has come this far.
  public func wait() { barrier?.wait() }
}
