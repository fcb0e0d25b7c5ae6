// Code kernels on AVX-512 VNNI: `vpdpbusd` multiplies 64 unsigned by 64 signed bytes and adds
// groups of four into 32-bit lanes. Four rows are scored at once, so that each piece of the query
// is loaded once for all of them and their sums are reduced together.

static inline __m128i reduce4(__m512i a, __m512i b, __m512i c, __m512i d) {
  __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
  __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
  __m512i s = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  __m256i h = _mm256_add_epi32(_mm512_castsi512_si256(s), _mm512_extracti64x4_epi64(s, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(h), _mm256_extracti128_si256(h, 1));
}

static inline __m128i vnni_dot4(const uint8_t *const row[4], const int8_t *query, uint32_t n) {
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (uint32_t i = 0; i < n; i += 64) {
    __m512i q = _mm512_loadu_si512(query + i);
    a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(row[0] + i), q);
    b = _mm512_dpbusd_epi32(b, _mm512_loadu_si512(row[1] + i), q);
    c = _mm512_dpbusd_epi32(c, _mm512_loadu_si512(row[2] + i), q);
    d = _mm512_dpbusd_epi32(d, _mm512_loadu_si512(row[3] + i), q);
  }
  return reduce4(a, b, c, d);
}

static inline int32_t vnni_dot(const uint8_t *row, const int8_t *query, uint32_t n) {
  __m512i a = _mm512_setzero_si512(), b = a;
  uint32_t i = 0;
  for (; i + 128 <= n; i += 128) {
    a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(row + i), _mm512_loadu_si512(query + i));
    b = _mm512_dpbusd_epi32(b, _mm512_loadu_si512(row + i + 64),
                            _mm512_loadu_si512(query + i + 64));
  }
  if (i < n)
    a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(row + i), _mm512_loadu_si512(query + i));
  return _mm512_reduce_add_epi32(_mm512_add_epi32(a, b));
}

static inline int32_t weighted_norm(const ck_rows *rows, float weight, uint32_t id) {
  return weight == 0 ? 0 : (int32_t)(weight * (float)norm_at(rows, id));
}

static inline void prefetch_code(const ck_rows *rows, uint32_t id, uint32_t n, float weight) {
  prefetch(row_at(rows, id), n);
  if (weight != 0) __builtin_prefetch(norm_address(rows, id), 0, 2);
}

static void vnni_code_scores(const ck_rows *rows, const int8_t *query, uint32_t n, float weight,
                             const uint32_t *ids, uint32_t count, int32_t *out) {
  // Two lists of neighbours, as a rule.
  enum { AHEAD = 64 };
  uint32_t i = 0, ahead = count < AHEAD ? count : AHEAD;
  for (uint32_t j = 0; j < ahead; j++) prefetch_code(rows, ids[j], n, weight);
  for (; i + 4 <= count; i += 4) {
    for (uint32_t j = i + AHEAD; j < i + AHEAD + 4 && j < count; j++)
      prefetch_code(rows, ids[j], n, weight);
    const uint8_t *row[4];
    for (int j = 0; j < 4; j++) row[j] = row_at(rows, ids[i + j]);
    __m128i dots = vnni_dot4(row, query, n);
    if (weight == 0) {
      _mm_storeu_si128((__m128i *)(out + i), _mm_sub_epi32(_mm_setzero_si128(), dots));
    } else {
      int32_t dot[4];
      _mm_storeu_si128((__m128i *)dot, dots);
      for (int j = 0; j < 4; j++) out[i + j] = weighted_norm(rows, weight, ids[i + j]) - dot[j];
    }
  }
  for (; i < count; i++)
    out[i] = weighted_norm(rows, weight, ids[i]) - vnni_dot(row_at(rows, ids[i]), query, n);
}

// |a - b|² = |a|² + |b|² - 2 a.b, with the norms that are stored. A code becomes signed by flipping
// its top bit; the other one's excess of 128 is taken off through the sum of the first.
static void vnni_code_l2s(const ck_rows *rows, uint32_t row, uint32_t n, const uint32_t *ids,
                          uint32_t count, int32_t *out) {
  const uint8_t *code = row_at(rows, row);
  const __m512i flip = _mm512_set1_epi8((char)0x80), ones = _mm512_set1_epi8(1);
  // Few rows are those just chosen, and in the cache; many are not.
  if (count > 4)
    for (uint32_t i = 0; i < count; i++) prefetch(row_at(rows, ids[i]), n);
  __m512i total = _mm512_setzero_si512();
  for (uint32_t j = 0; j < n; j += 64)
    total = _mm512_dpbusd_epi32(total, ones, _mm512_xor_si512(_mm512_loadu_si512(code + j), flip));
  int32_t base = norm_at(rows, row) + 256 * _mm512_reduce_add_epi32(total);
  for (uint32_t i = 0; i < count; i += 4) {
    const uint8_t *other[4];
    for (uint32_t k = 0; k < 4; k++) other[k] = row_at(rows, ids[i + k < count ? i + k : i]);
    __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
    for (uint32_t j = 0; j < n; j += 64) {
      __m512i q = _mm512_xor_si512(_mm512_loadu_si512(code + j), flip);
      a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(other[0] + j), q);
      b = _mm512_dpbusd_epi32(b, _mm512_loadu_si512(other[1] + j), q);
      c = _mm512_dpbusd_epi32(c, _mm512_loadu_si512(other[2] + j), q);
      d = _mm512_dpbusd_epi32(d, _mm512_loadu_si512(other[3] + j), q);
    }
    int32_t dot[4];
    _mm_storeu_si128((__m128i *)dot, reduce4(a, b, c, d));
    for (uint32_t k = 0; k < 4 && i + k < count; k++)
      out[i + k] = base + norm_at(rows, ids[i + k]) - 2 * dot[k];
  }
}
