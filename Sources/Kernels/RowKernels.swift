internal import CKernels

/// Scores rows of a ``RowTable`` against a query, a list of rows a call. Ids are not checked.
package struct RowKernels: @unchecked Sendable {
  // Sendable: the table is a constant of the program.
  let table: UnsafePointer<ck_distance>

  /// Inner products of `query` with the rows `ids`, stored in `format`.
  package func dots(
    _ rows: borrowing RowTable, _ format: VectorFormat, _ query: UnsafePointer<Float>, _ n: Int,
    _ ids: UnsafePointer<UInt32>, _ count: Int, _ out: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: rows.rows) {
      format.kernel(table.pointee.dots)?($0, query, UInt32(n), ids, UInt32(count), out)
    }
  }

  /// Squared Euclidean distances of `query` from the rows `ids`, stored in `format`.
  package func squaredDistances(
    _ rows: borrowing RowTable, _ format: VectorFormat, _ query: UnsafePointer<Float>, _ n: Int,
    _ ids: UnsafePointer<UInt32>, _ count: Int, _ out: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: rows.rows) {
      format.kernel(table.pointee.l2s)?($0, query, UInt32(n), ids, UInt32(count), out)
    }
  }

  /// Inner products of `query` with the fine values of the codes `ids`: `scale` times what codes
  /// and residuals make together.
  package func fineDots(
    _ codes: borrowing CodeTable, _ query: FineQuery, _ n: Int, scale: Float,
    _ ids: UnsafePointer<UInt32>, _ count: Int, _ out: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: codes.codes) { codes in
      withUnsafePointer(to: query.parts) {
        table.pointee.fine_dots(codes, $0, UInt32(n), scale, ids, UInt32(count), out)
      }
    }
  }

  /// Squared Euclidean distances of `query` from the fine values of the codes `ids`.
  package func fineSquaredDistances(
    _ codes: borrowing CodeTable, _ query: FineQuery, _ n: Int, scale: Float,
    _ ids: UnsafePointer<UInt32>, _ count: Int, _ out: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: codes.codes) { codes in
      withUnsafePointer(to: query.parts) {
        table.pointee.fine_l2s(codes, $0, UInt32(n), scale, ids, UInt32(count), out)
      }
    }
  }

  /// `Int32(weight * norm) - (code + 128)·query` of the codes `ids`; `n` is a multiple of 128. If
  /// coarse, the lower four bits of each component are taken for 0, and not read.
  @inline(__always)
  package func codeScores(
    _ codes: borrowing CodeTable, isCoarse: Bool = false, _ query: UnsafePointer<Int8>, _ n: Int,
    weight: Float, _ ids: UnsafePointer<UInt32>, _ count: Int, _ out: UnsafeMutablePointer<Int32>
  ) {
    withUnsafePointer(to: codes.codes) {
      let kernel = isCoarse ? table.pointee.coarse_scores : table.pointee.code_scores
      kernel?($0, query, UInt32(n), weight, ids, UInt32(count), out)
    }
  }

  /// Makes coarse scores of the codes `ids` those of whole codes; only reads their lower four bits.
  @inline(__always)
  package func refineScores(
    _ codes: borrowing CodeTable, _ query: UnsafePointer<Int8>, _ n: Int,
    _ ids: UnsafePointer<UInt32>, _ count: Int, _ scores: UnsafeMutablePointer<Int32>
  ) {
    withUnsafePointer(to: codes.codes) {
      table.pointee.refine_scores($0, query, UInt32(n), ids, UInt32(count), scores)
    }
  }

  /// Puts the code of a row into a place of `taken`, to measure distances from.
  @inline(__always)
  package func take(
    _ row: UInt32, of codes: borrowing CodeTable, into taken: SignedCodes, at place: Int = 0
  ) {
    taken.bases[place] = withUnsafePointer(to: codes.codes) {
      table.pointee.signed_code(
        $0, row, UInt32(taken.width), taken.values + place * taken.width)
    }
  }

  /// Squared Euclidean distances between the first code of `taken` and the codes of the rows `ids`.
  /// Stops after one that is less than `near`, or some rows later, and returns how many were
  /// measured.
  @inline(__always) @discardableResult
  package func codeSquaredDistances(
    _ codes: borrowing CodeTable, from taken: SignedCodes, _ ids: UnsafePointer<UInt32>,
    _ count: Int, until near: Int32 = .min, _ out: UnsafeMutablePointer<Int32>
  ) -> Int {
    withUnsafePointer(to: codes.codes) {
      Int(
        table.pointee.code_l2s(
          $0, taken.values, taken.bases[0], UInt32(taken.width), ids, UInt32(count), near, out))
    }
  }

  /// Whether one of the first `count` codes of `taken` is nearer to a row's than `distance`.
  @inline(__always)
  package func isNear(
    _ codes: borrowing CodeTable, _ row: UInt32, to taken: SignedCodes, _ count: Int,
    within distance: Int32
  ) -> Bool {
    withUnsafePointer(to: codes.codes) {
      table.pointee.is_near(
        $0, row, UInt32(taken.width), taken.values, taken.bases, UInt32(count), distance)
    }
  }

  /// Writes the code of `vector`, `padded` to whole cache lines, and returns its norm, the sum of
  /// squares of the code's values.
  package func encode(
    _ vector: UnsafePointer<Float>, mean: UnsafePointer<Float>, inverseScale: Float, _ n: Int,
    padded: Int, upper: UnsafeMutablePointer<UInt8>, lower: UnsafeMutablePointer<UInt8>
  ) -> Int32 {
    table.pointee.encode(vector, mean, inverseScale, UInt32(n), UInt32(padded), upper, lower)
  }

  /// Writes what the code of `vector` leaves, a byte a component and up to a multiple of 64;
  /// returns the step that the residuals of clipped components count. See `ck_distance`.
  package func encodeResidual(
    _ vector: UnsafePointer<Float>, mean: UnsafePointer<Float>, scale: Float, _ n: Int,
    padded: Int, upper: UnsafePointer<UInt8>, lower: UnsafePointer<UInt8>,
    into residual: UnsafeMutablePointer<UInt8>
  ) -> Float {
    table.pointee.encode_residual(
      vector, mean, scale, UInt32(n), UInt32(padded), upper, lower, residual)
  }

  /// The fine values of a code of `padded` components, with its residual or without: of them `n`
  /// are the vector's, less the mean, but `values` has room for all. `step` is where the residual's
  /// lies.
  package func fineValues(
    upper: UnsafePointer<UInt8>, lower: UnsafePointer<UInt8>, residual: UnsafePointer<UInt8>?,
    step: UnsafeRawPointer?, scale: Float, _ n: Int, padded: Int,
    into values: UnsafeMutablePointer<Float>
  ) {
    table.pointee.fine_values(
      upper, lower, residual, step?.assumingMemoryBound(to: UInt8.self), scale, UInt32(padded),
      UInt32(n), values)
  }

  /// The bytes of a code's components, in their order: 128 plus the values.
  package func components(
    upper: UnsafePointer<UInt8>, lower: UnsafePointer<UInt8>, _ n: Int,
    into bytes: UnsafeMutablePointer<UInt8>
  ) {
    table.pointee.values(upper, lower, UInt32(n), bytes)
  }

  /// Rotates a vector, by `n` numbers in `order` and in `signs`; see `ck_distance`.
  package func rotate(
    _ vector: UnsafePointer<Float>, _ n: Int, order: UnsafePointer<UInt32>,
    signs: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) {
    table.pointee.rotate(vector, UInt32(n), order, signs, result)
  }

  /// Rotates a vector back, and leaves something else in it.
  package func unrotate(
    _ vector: UnsafeMutablePointer<Float>, _ n: Int, order: UnsafePointer<UInt32>,
    signs: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
  ) {
    table.pointee.unrotate(vector, UInt32(n), order, signs, result)
  }

  /// Makes two bytes a component of `query - share * mean`, in units of a step that spreads them
  /// over their range but is at least `floor`, and returns them with the sum of the squares of
  /// `high`. What pads a code is to be 0 before.
  package func quantise(
    _ query: UnsafePointer<Float>, mean: UnsafePointer<Float>, share: Float, floor: Float, _ n: Int,
    high: UnsafeMutablePointer<Int8>, low: UnsafeMutablePointer<Int8>
  ) -> (query: FineQuery, norm: Float) {
    var norm: Float = 0
    let parts = table.pointee.quantise(query, mean, share, floor, UInt32(n), high, low, &norm)
    return (FineQuery(parts: parts), norm)
  }

  /// The greatest component, without its sign, of `query - share * mean`.
  package func reach(
    _ query: UnsafePointer<Float>, mean: UnsafePointer<Float>, share: Float, _ n: Int
  ) -> Float {
    table.pointee.reach(query, mean, share, UInt32(n))
  }

  /// The inner product of two vectors.
  package func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ n: Int) -> Float {
    table.pointee.dot(a, b, UInt32(n))
  }

  /// Converts `n` components to `format`, to nearest: `format.byteCount(n)` bytes.
  package func pack(
    _ source: UnsafePointer<Float>, _ n: Int, as format: VectorFormat,
    into destination: UnsafeMutableRawPointer
  ) {
    format.kernel(table.pointee.pack)?(source, UInt32(n), destination)
  }

  /// Converts `n` components from `format`.
  package func unpack(
    _ source: UnsafeRawPointer, _ n: Int, as format: VectorFormat,
    into destination: UnsafeMutablePointer<Float>
  ) {
    format.kernel(table.pointee.unpack)?(source, UInt32(n), destination)
  }
}
