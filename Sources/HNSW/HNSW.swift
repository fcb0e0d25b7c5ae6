/// An approximate nearest neighbour index: a hierarchical navigable small world graph
/// (Malkov and Yashunin, arXiv 1603.09320) whose vectors, codes and links live in an LMDB
/// environment and are searched where they lie, in the page cache.
///
/// - *slot*: the position of a vector, never given to another one.
/// - *id*: the user's name of a vector.
/// - *distance*: smaller is nearer.
/// - *code*: a vector in 8 bits a component. Graphs are built on codes and walked on the upper
///   halves of them; the best candidates are scored again by whole codes and on the full vectors.
/// - `m`, `m0`, `efConstruction`, `ef`, `level`, `entry`: as in the paper; `m0` = 2 `m`.
/// - *tombstone*: a deleted vector that the graph still routes through, until enough of them
///   have gathered to repair all their neighbours in one pass.
///
/// ``VectorIndex`` opens and changes an index, ``Snapshot`` searches it. The layout on disk is
/// described in `Indexes/README.md`.

/// The position of a vector in an index.
public typealias Slot = UInt32

/// The number that stands for no slot.
let noSlot = Slot.max
