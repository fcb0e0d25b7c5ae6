import CStemmer

/// The Snowball stemmer for English ("running" and "runs" become "run"). The one place that calls
/// libstemmer. Not shared between threads: the library writes into the stemmer's own buffer.
final class Stemmer {
  // Owned: freed by deinit, never handed out.
  private let stemmer: OpaquePointer?
  private var known: [String: String] = [:]

  init() { stemmer = sb_stemmer_new("english", "UTF_8") }

  deinit { sb_stemmer_delete(stemmer) }

  /// The stem of a folded word; the word itself if the library cannot help.
  func stem(_ word: String) -> String {
    if let stem = known[word] { return stem }
    let stem = computed(word)
    if known.count < 100_000 { known[word] = stem }
    return stem
  }

  private func computed(_ word: String) -> String {
    var word = word
    return word.withUTF8 { bytes in
      guard let result = sb_stemmer_stem(stemmer, bytes.baseAddress, Int32(bytes.count)) else {
        return String(decoding: bytes, as: UTF8.self)
      }
      let count = Int(sb_stemmer_length(stemmer))
      return String(decoding: UnsafeBufferPointer(start: result, count: count), as: UTF8.self)
    }
  }
}
