import Testing
import Vitrine

@Suite struct ConfusionMatrixTests {
  /// Golden values: sklearn.metrics.f1_score(truth, predicted, average="weighted" / "macro") and
  /// accuracy_score of scikit-learn 1.9.1 on these eight examples.
  @Test func `scores equal scikit learn`() {
    let truth = [0, 0, 0, 1, 1, 2, 2, 2]
    let predicted = [0, 1, 0, 1, 1, 0, 2, 1]
    var matrix = ConfusionMatrix(labels: ["shoe", "bag", "watch"])
    for (t, p) in zip(truth, predicted) { matrix.add(truth: t, predicted: p) }
    #expect(matrix.accuracy == 0.625)
    #expect(abs(matrix.weightedF1 - 0.604167) < 1e-6)
    #expect(abs(matrix.macroF1 - 0.611111) < 1e-6)
    #expect(matrix[2, 0] == 1 && matrix[0, 2] == 0)
  }

  @Test func `a label that never occurs does not count`() {
    var matrix = ConfusionMatrix(labels: ["shoe", "bag", "watch"])
    matrix.add(truth: 0, predicted: 0)
    matrix.add(truth: 1, predicted: 1)
    #expect(matrix.weightedF1 == 1)
    #expect(matrix.macroF1 == 1)
    #expect(matrix.labelScores[2].support == 0)
  }

  @Test func `an empty matrix scores nothing`() {
    let matrix = ConfusionMatrix(labels: ["shoe", "bag"])
    #expect(matrix.accuracy == 0 && matrix.weightedF1 == 0 && matrix.macroF1 == 0)
  }
}
