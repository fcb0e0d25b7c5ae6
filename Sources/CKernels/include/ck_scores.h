// The greatest of many scores.
#pragma once
#include <stdint.h>

/// The greatest scores of `parts` parts, at most as many as there are scores: the first is of every
/// `parts`-th score from the first on, and so on.
void ck_maxima(const float *scores, uint32_t count, uint32_t parts, float *maxima);

/// Writes the places of the scores above `bound`, and of the first `equals` that equal it, in
/// ascending order, until they are more than `most`. Returns their number.
uint32_t ck_reaching(const float *scores, uint32_t count, float bound, uint32_t equals,
                     uint32_t most, uint32_t *places);
