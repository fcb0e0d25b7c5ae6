/// Numbers for the words of a batch and their stems: a batch has each many times, and numbers are quicker to
/// count and compare.
struct WordNumbers {
  /// The words as they are written, folded, and the stems of them, by number.
  private(set) var words: [String] = []
  private(set) var terms: [String] = []
  private var termsByWord: [Int] = []
  private var numbersByWord: [String: Int] = [:]
  private var numbersByTerm: [String: Int] = [:]
  /// The numbers of the words of keywords, of which many products have the same.
  private var numbersByKeyword: [String: [Int]] = [:]
  private let stemmer = Stemmer()

  /// The number of a word's stem.
  func term(of word: Int) -> Int { termsByWord[word] }

  /// The numbers of the words of a value, in their order.
  mutating func words(of value: NumberedValue) -> [Int] {
    let text = value.value.plainText
    guard value.kind == .keyword else { return words(in: text) }
    if let known = numbersByKeyword[text] { return known }
    let numbers = words(in: text)
    numbersByKeyword[text] = numbers
    return numbers
  }

  private mutating func words(in text: String) -> [Int] {
    var numbers: [Int] = []
    for word in Tokenizer.words(in: text) { numbers.append(number(of: word)) }
    return numbers
  }

  private mutating func number(of word: String) -> Int {
    if let known = numbersByWord[word] { return known }
    let number = words.count
    numbersByWord[word] = number
    words.append(word)
    let stem = stemmer.stem(word)
    let term = numbersByTerm[stem, default: terms.count]
    if term == terms.count {
      numbersByTerm[stem] = term
      terms.append(stem)
    }
    termsByWord.append(term)
    return number
  }
}
