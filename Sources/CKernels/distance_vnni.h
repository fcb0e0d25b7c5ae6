// Code kernels on AVX-512 VNNI: `vpdpbusd` multiplies 64 unsigned by 64 signed bytes and adds
// groups of four into 32-bit lanes. Four rows are scored at once, so that each piece of the query
// is loaded once for all of them and their sums are reduced together.

static inline __m128i reduce4(const __m512i s[4]) {
  __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(s[0], s[1]), _mm512_unpackhi_epi32(s[0], s[1]));
  __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(s[2], s[3]), _mm512_unpackhi_epi32(s[2], s[3]));
  __m512i t = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  __m256i h = _mm256_add_epi32(_mm512_castsi512_si256(t), _mm512_extracti64x4_epi64(t, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(h), _mm256_extracti128_si256(h, 1));
}

// The two components of each byte, as bytes of their own.
static inline __m512i first(__m512i bytes) {
  return _mm512_and_si512(bytes, _mm512_set1_epi8(0x0F));
}
static inline __m512i second(__m512i bytes) { return first(_mm512_srli_epi16(bytes, 4)); }

// Adds the products of four rows of halves with the query.
static inline void add4(__m512i sums[4], const ck_rows *rows, const uint32_t ids[4],
                        const int8_t *query, uint32_t half) {
  const uint8_t *row[4];
  for (int k = 0; k < 4; k++) row[k] = row_at(rows, ids[k]);
  for (uint32_t i = 0; i < half; i += 64) {
    __m512i a = _mm512_loadu_si512(query + i), b = _mm512_loadu_si512(query + half + i);
    for (int k = 0; k < 4; k++) {
      __m512i bytes = _mm512_loadu_si512(row[k] + i);
      sums[k] = _mm512_dpbusd_epi32(sums[k], first(bytes), a);
      sums[k] = _mm512_dpbusd_epi32(sums[k], second(bytes), b);
    }
  }
}

// Products of the query with four codes, or with their upper halves alone.
static inline __attribute__((always_inline)) __m128i dot4(
    const ck_codes *codes, const uint32_t ids[4], const int8_t *query, uint32_t n,
    bool isCoarse) {
  __m512i zero = _mm512_setzero_si512();
  __m512i sums[4] = {zero, zero, zero, zero};
  add4(sums, &codes->upper, ids, query, n / 2);
  for (int k = 0; k < 4; k++) sums[k] = _mm512_slli_epi32(sums[k], 4);
  if (!isCoarse) add4(sums, &codes->lower, ids, query, n / 2);
  return reduce4(sums);
}

// The next four of a list, the last one again where it ends.
static inline void next4(const uint32_t *ids, uint32_t i, uint32_t count, uint32_t next[4]) {
  for (uint32_t k = 0; k < 4; k++) next[k] = ids[i + k < count ? i + k : count - 1];
}

static inline __attribute__((always_inline)) void prefetch_some(
    const ck_codes *codes, uint32_t id, float weight, bool isCoarse) {
  if (isCoarse) prefetch_coarse(codes, id);
  else prefetch_code(codes, id);
  if (weight != 0) __builtin_prefetch(norm_address(&codes->upper, id), 0, 2);
}

static inline __attribute__((always_inline)) void scores(
    const ck_codes *codes, const int8_t *query, uint32_t n, float weight, const uint32_t *ids,
    uint32_t count, int32_t *out, bool isCoarse) {
  // Two lists of neighbours, as a rule.
  enum { AHEAD = 64 };
  for (uint32_t j = 0; j < AHEAD && j < count; j++)
    prefetch_some(codes, ids[j], weight, isCoarse);
  for (uint32_t i = 0; i < count; i += 4) {
    for (uint32_t j = i + AHEAD; j < i + AHEAD + 4 && j < count; j++)
      prefetch_some(codes, ids[j], weight, isCoarse);
    uint32_t four[4];
    int32_t dot[4];
    next4(ids, i, count, four);
    _mm_storeu_si128((__m128i *)dot, dot4(codes, four, query, n, isCoarse));
    for (uint32_t k = 0; k < 4 && i + k < count; k++)
      out[i + k] = weighted_norm(codes, weight, four[k]) - dot[k];
  }
}

static void code_scores_avx512(const ck_codes *codes, const int8_t *query, uint32_t n,
                               float weight, const uint32_t *ids, uint32_t count, int32_t *out) {
  scores(codes, query, n, weight, ids, count, out, false);
}

static void coarse_scores_avx512(const ck_codes *codes, const int8_t *query, uint32_t n,
                                 float weight, const uint32_t *ids, uint32_t count, int32_t *out) {
  scores(codes, query, n, weight, ids, count, out, true);
}

static uint32_t code_l2s_avx512(const ck_codes *codes, uint32_t row, uint32_t n,
                                const uint32_t *ids, uint32_t count, int32_t near,
                                int32_t *out) {
  // Where the first that is near is looked for, rows are those just chosen, and in the cache.
  if (near == INT32_MIN)
    for (uint32_t i = 0; i < count; i++) prefetch_code(codes, ids[i]);
  int8_t query[MAX_CODE_BYTES];
  int32_t base = signed_code_avx512(codes, row, n, query);
  for (uint32_t i = 0; i < count; i += 4) {
    uint32_t four[4];
    int32_t dot[4];
    bool isNear = false;
    next4(ids, i, count, four);
    _mm_storeu_si128((__m128i *)dot, dot4(codes, four, query, n, false));
    for (uint32_t k = 0; k < 4 && i + k < count; k++) {
      out[i + k] = base + norm_at(&codes->upper, four[k]) - 2 * dot[k];
      isNear |= out[i + k] < near;
    }
    if (isNear) return i + 4 < count ? i + 4 : count;
  }
  return count;
}
