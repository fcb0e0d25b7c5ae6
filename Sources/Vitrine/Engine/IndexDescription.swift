internal import Foundation
internal import LMDB

/// The part of a description that every version can read.
private struct FormatNumber: Decodable {
  let format: Int
}

/// What an index says of itself, kept as JSON under one key of the database `meta`.
struct IndexDescription: Codable, Equatable {
  /// The format of everything that this module stores.
  static let currentFormat = 2

  var format = currentFormat
  /// The fingerprint of the model that the vectors are of.
  var model: String
  var schema: Schema
  /// The folder or TAR file that the photographs were read from last.
  private(set) var images: String?
  /// Where those of other catalogues are, the newest first.
  private(set) var olderImages: [String]?

  /// Photographs are looked for in so many places at most.
  private static let mostImageRoots = 8

  /// Where photographs are looked for, one place after the other.
  var imageRoots: [String] { [images].compactMap(\.self) + (olderImages ?? []) }

  /// Remembers where photographs are, before all other places.
  mutating func look(for path: String) {
    let others = imageRoots.filter { $0 != path }.prefix(Self.mostImageRoots - 1)
    images = path
    olderImages = others.isEmpty ? nil : Array(others)
  }

  private static let databaseName = "meta"
  private static let key = "description"
  /// Counts the changes of the description, so that readers see cheaply whether it is as before.
  private static let revisionKey = "revision"

  init(model: String, schema: Schema) {
    self.model = model
    self.schema = schema
  }

  /// The description that a transaction sees.
  ///
  /// - Throws: ``VitrineError/noIndex(path:)``, ``VitrineError/otherFormat(path:found:expected:)``.
  init(in txn: borrowing some Transaction & ~Copyable, path: String = "") throws {
    guard let meta = try txn.database(named: IndexDescription.databaseName),
      let json = try txn.get(in: meta, for: IndexDescription.key)
    else { throw VitrineError.noIndex(path: path) }
    let decoder = JSONDecoder()
    let data = Data(json)
    guard let found = try? decoder.decode(FormatNumber.self, from: data).format else {
      throw VitrineError.damaged("its description")
    }
    guard found == IndexDescription.currentFormat else {
      throw VitrineError.otherFormat(
        path: path, found: found, expected: IndexDescription.currentFormat)
    }
    guard let description = try? decoder.decode(IndexDescription.self, from: data) else {
      throw VitrineError.damaged("its description")
    }
    self = description
  }

  /// Stores the description and counts the change.
  ///
  /// - Parameter older: the revision that came before, where this file is not the one that has it.
  func write(in txn: borrowing WriteTransaction, after older: UInt64 = 0) throws {
    let meta = try txn.createDatabase(named: IndexDescription.databaseName)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try txn.put(Array(try encoder.encode(self)), in: meta, for: IndexDescription.key)
    let revision = max(try IndexDescription.revision(in: txn), older) &+ 1
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: revision >> ($0 * 8)) }
    try txn.put(bytes, in: meta, for: IndexDescription.revisionKey)
  }

  /// How often the description has changed.
  static func revision(in txn: borrowing some Transaction & ~Copyable) throws -> UInt64 {
    guard let meta = try txn.database(named: databaseName),
      let bytes = try txn.get(in: meta, for: revisionKey)
    else { return 0 }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
