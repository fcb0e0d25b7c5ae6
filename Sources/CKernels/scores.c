#include "ck_scores.h"

// Neighbors are of different parts, so that the compiler takes as many at a time as a register
// holds.
void ck_maxima(const float *scores, uint32_t count, uint32_t parts, float *maxima) {
  for (uint32_t i = 0; i < parts; i++) maxima[i] = scores[i];
  for (uint32_t start = parts; start < count; start += parts) {
    uint32_t here = count - start < parts ? count - start : parts;
    for (uint32_t i = 0; i < here; i++)
      maxima[i] = scores[start + i] > maxima[i] ? scores[start + i] : maxima[i];
  }
}

static inline uint32_t add_reaching(const float *scores, uint32_t from, uint32_t count, float bound,
                                    uint32_t *equals, uint32_t *places) {
  uint32_t found = 0;
  for (uint32_t i = from; i < from + count; i++) {
    if (!(scores[i] > bound) && (scores[i] != bound || *equals == 0)) continue;
    *equals -= scores[i] == bound;
    places[found++] = i;
  }
  return found;
}

// Hardly any score reaches the bound: sixteen are passed over together.
uint32_t ck_reaching(const float *scores, uint32_t count, float bound, uint32_t equals,
                     uint32_t most, uint32_t *places) {
  uint32_t found = 0, start = 0;
  for (; start + 16 <= count; start += 16) {
    uint32_t any = 0;
    for (uint32_t i = 0; i < 16; i++) any |= scores[start + i] >= bound;
    if (!any) continue;
    found += add_reaching(scores, start, 16, bound, &equals, places + found);
    if (found > most) return found;
  }
  return found + add_reaching(scores, start, count - start, bound, &equals, places + found);
}
