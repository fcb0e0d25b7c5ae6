internal import Kernels

/// One level of the graph, as the loops see it: addresses and numbers, valid while its
/// ``BlockTable`` is and stays unreplaced.
///
/// A node has a *position* on each level it belongs to: its slot on level 0, a number of its own
/// above. A record of level 0 is `m0` links. A record of an upper level is the node's slot, its
/// position on the level below, 3 `m` links, and the slots of those links' nodes, so that they can
/// be scored without being looked up.
struct GraphLevel: @unchecked Sendable {
  // Sendable: addresses of the table's blocks; who changes records does so under `NodeLocks`.

  typealias Links = UnsafeMutablePointer<UInt32>

  /// Kept by the state that this level is of: to count references would take time in every hop.
  unowned(unsafe) let table: BlockTable
  /// The records as the kernels see them.
  let rows: RowTable
  let isUpper: Bool
  /// Links of a node, at most.
  let capacity: Int
  /// Positions given.
  let count: UInt32
  private let blocks: UnsafeMutablePointer<BlockTable.Block?>
  private let recordsPerBlock: UInt64
  private let reciprocal: UInt64
  private let recordBytes: Int
  private let lastSlot: UInt32

  init(_ table: BlockTable, _ configuration: IndexConfiguration, count: Int, slots: Int) {
    lastSlot = UInt32(max(1, slots) - 1)
    self.table = table
    rows = table.rows
    isUpper = table.geometry.level > 0
    capacity = isUpper ? configuration.upperCapacity : configuration.m0
    self.count = UInt32(count)
    blocks = table.blocks
    recordsPerBlock = UInt64(table.geometry.recordsPerBlock)
    reciprocal = UInt64.max / recordsPerBlock + 1
    recordBytes = table.geometry.recordBytes
  }

  @inline(__always)
  private func record(_ position: UInt32) -> BlockTable.Block {
    let block = UInt64(position).multipliedFullWidth(by: reciprocal).high
    let index = UInt64(position) &- block &* recordsPerBlock
    return blocks[Int(truncatingIfNeeded: block)].unsafelyUnwrapped
      + (BlockGeometry.headerBytes &+ Int(truncatingIfNeeded: index) &* recordBytes)
  }

  @inline(__always)
  private func words(_ block: BlockTable.Block) -> Links {
    UnsafeMutableRawPointer(block).assumingMemoryBound(to: UInt32.self)
  }

  /// The links of a node: positions with flags, ended by ``Link/none`` if not full.
  @inline(__always)
  func links(_ position: UInt32) -> Links { words(record(position)) + (isUpper ? 2 : 0) }

  /// The slots of an upper node's neighbors.
  @inline(__always)
  func neighborSlots(_ position: UInt32) -> Links { words(record(position)) + (2 + capacity) }

  /// The slot of a node.
  @inline(__always)
  func slot(_ position: UInt32) -> UInt32 { isUpper ? words(record(position))[0] : position }

  /// The slot of a node whose code is to be read: in a damaged record that of some code.
  @inline(__always)
  func codeSlot(_ position: UInt32) -> UInt32 { min(slot(position), lastSlot) }

  /// Where a node of an upper level is on the level below.
  @inline(__always)
  func below(_ position: UInt32) -> UInt32 { words(record(position))[1] }

  /// What a writer remembers of the squared distances of a node's neighbors, negative where it does
  /// not know: to measure them anew for every link that a full list is offered would be most of
  /// what linking costs.
  func distances(_ position: UInt32) -> UnsafeMutablePointer<Int32>? {
    table.companion(Int(position))?.assumingMemoryBound(to: Int32.self)
  }

  /// Begins a record: no links. `slot` and `below` are of no consequence on level 0.
  func clear(_ position: UInt32, slot: UInt32, below: UInt32) {
    let words = words(table.writableRecord(Int(position)))
    if isUpper {
      words[0] = slot
      words[1] = below
      (words + 2).update(repeating: Link.none, count: 2 * capacity)
    } else {
      words.update(repeating: Link.none, count: capacity)
    }
    distances(position)?.update(repeating: -1, count: capacity)
  }

  /// Replaces a node's link by one to a neighbor at a distance.
  func set(_ position: UInt32, _ index: Int, to link: UInt32, distance: Int32) {
    mark(position, index, as: link)
    distances(position)?[index] = distance
  }

  /// Replaces a node's links, as many as there is room for at most.
  func replaceLinks(
    of position: UInt32, by chosen: UnsafeMutableBufferPointer<Candidate>.SubSequence
  ) {
    let words = words(table.writableRecord(Int(position)))
    let distances = distances(position)
    for index in 0..<capacity {
      let candidate = index < chosen.count ? chosen[chosen.startIndex + index] : nil
      put(candidate?.position ?? Link.none, at: index, in: words)
      distances?[index] = candidate?.distance ?? -1
    }
  }

  /// Replaces a node's link by one to the same neighbor with other flags.
  func mark(_ position: UInt32, _ index: Int, as link: UInt32) {
    put(link, at: index, in: words(table.writableRecord(Int(position))))
  }

  private func put(_ link: UInt32, at index: Int, in words: Links) {
    guard isUpper else {
      words[index] = link
      return
    }
    // Whoever sees the new position may see the old slot for a moment: both are real nodes.
    words[2 + capacity + index] = link == Link.none ? Link.none : slot(Link.position(link))
    words[2 + index] = link
  }

  /// Number of links of a node.
  func degree(_ position: UInt32) -> Int {
    let links = links(position)
    var degree = 0
    while degree < capacity, Link.position(links[degree]) < count { degree += 1 }
    return degree
  }
}

/// A link: the position of a neighbor and two flags: whether the link belongs to the spanning
/// tree, and whether the heuristic has passed the neighbor over, so that it is there only because
/// there was room.
///
/// Each level carries a spanning tree, whose links go both ways and are never dropped: a new node
/// gets a *parent* among those that were there. Whatever else is pruned, every node can be reached
/// from every other.
enum Link {
  static let none = UInt32.max
  static let treeFlag: UInt32 = 1 << 31
  static let passedFlag: UInt32 = 1 << 30
  static let flags = treeFlag | passedFlag

  /// The neighbor's position; greater than any real one for `none`.
  @inline(__always)
  static func position(_ link: UInt32) -> UInt32 { link & 0x3FFF_FFFF }
  @inline(__always)
  static func isTree(_ link: UInt32) -> Bool { link & treeFlag != 0 }
  @inline(__always)
  static func isPassedOver(_ link: UInt32) -> Bool { link & passedFlag != 0 }
}
