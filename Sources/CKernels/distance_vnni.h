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

// The two components of each byte of both halves, put together again.
typedef struct {
  __m512i first, second;
} components;

static inline components whole(__m512i upper, __m512i lower) {
  enum { CHOOSE = 0xCA };  // bits of the second where the first has ones, else of the third
  const __m512i low = _mm512_set1_epi8(0x0F);
  return (components){
      _mm512_ternarylogic_epi32(low, lower, _mm512_slli_epi16(upper, 4), CHOOSE),
      _mm512_ternarylogic_epi32(low, _mm512_srli_epi16(lower, 4), upper, CHOOSE)};
}

// Where the halves of a code lie: found once, when they are asked for.
typedef struct {
  const uint8_t *upper, *lower;
} code_place;

// Products of the query with a half of four codes, times 16: what lies in the upper bits of a byte
// is multiplied where it is, and counts as much anyway.
static inline __m128i half_dot4(const uint8_t *const at[4], const int8_t *query, uint32_t n) {
  const __m512i low = _mm512_set1_epi8(0x0F);
  uint32_t half = n / 2;
  __m512i first[4], second[4];
  for (int k = 0; k < 4; k++) first[k] = second[k] = _mm512_setzero_si512();
  for (uint32_t i = 0; i < half; i += 64) {
    __m512i a = _mm512_loadu_si512(query + i), b = _mm512_loadu_si512(query + half + i);
    for (int k = 0; k < 4; k++) {
      __m512i bytes = _mm512_loadu_si512(at[k] + i);
      first[k] = _mm512_dpbusd_epi32(first[k], _mm512_and_si512(bytes, low), a);
      second[k] = _mm512_dpbusd_epi32(second[k], _mm512_andnot_si512(low, bytes), b);
    }
  }
  for (int k = 0; k < 4; k++)
    first[k] = _mm512_add_epi32(_mm512_slli_epi32(first[k], 4), second[k]);
  return reduce4(first);
}

// Products of the query with four whole codes.
static inline __m128i dot4(const code_place at[4], const int8_t *query, uint32_t n) {
  uint32_t half = n / 2;
  __m512i sums[4];
  for (int k = 0; k < 4; k++) sums[k] = _mm512_setzero_si512();
  for (uint32_t i = 0; i < half; i += 64) {
    __m512i a = _mm512_loadu_si512(query + i), b = _mm512_loadu_si512(query + half + i);
    for (int k = 0; k < 4; k++) {
      components parts =
          whole(_mm512_loadu_si512(at[k].upper + i), _mm512_loadu_si512(at[k].lower + i));
      sums[k] = _mm512_dpbusd_epi32(sums[k], parts.first, a);
      sums[k] = _mm512_dpbusd_epi32(sums[k], parts.second, b);
    }
  }
  return reduce4(sums);
}

static inline code_place place_code(const ck_codes *codes, uint32_t id) {
  return (code_place){row_at(&codes->upper, id), row_at(&codes->lower, id)};
}

// Rows that are fetched before the one that is scored: two lists of neighbors, as a rule.
enum { AHEAD = 64, PLACES = 2 * AHEAD };

static void code_scores_avx512(const ck_codes *codes, const int8_t *query, uint32_t n,
                               float weight, const uint32_t *ids, uint32_t count, int32_t *out) {
  for (uint32_t j = 0; j < AHEAD && j < count; j++) prefetch_code(codes, ids[j]);
  for (uint32_t i = 0; i < count; i += 4) {
    for (uint32_t j = i + AHEAD; j < i + AHEAD + 4 && j < count; j++)
      prefetch_code(codes, ids[j]);
    code_place four[4];
    for (uint32_t k = 0; k < 4; k++) four[k] = place_code(codes, ids[i + k < count ? i + k : i]);
    int32_t dot[4];
    _mm_storeu_si128((__m128i *)dot, dot4(four, query, n));
    for (uint32_t k = 0; k < 4 && i + k < count; k++)
      out[i + k] = weighted_norm(codes, weight, ids[i + k]) - dot[k];
  }
}

static inline const uint8_t *prefetched(const ck_rows *rows, uint32_t id) {
  const uint8_t *row = row_at(rows, id);
  prefetch(row, rows->bytes);
  return row;
}

// Takes the products of the query with halves of codes, times 16 >> shift, from the scores.
static inline void subtract_half_dots_avx512(const ck_rows *rows, const int8_t *query, uint32_t n,
                                             uint32_t shift, const uint32_t *ids, uint32_t count,
                                             int32_t *scores) {
  const uint8_t *places[PLACES];
  for (uint32_t j = 0; j < AHEAD && j < count; j++) places[j] = prefetched(rows, ids[j]);
  for (uint32_t i = 0; i < count; i += 4) {
    for (uint32_t j = i + AHEAD; j < i + AHEAD + 4 && j < count; j++)
      places[j % PLACES] = prefetched(rows, ids[j]);
    const uint8_t **four = places + i % PLACES;
    for (uint32_t k = count - i; k < 4; k++) four[k] = four[0];
    __mmask8 here = (__mmask8)(count - i < 4 ? (1u << (count - i)) - 1 : 0xF);
    __m128i dots = _mm_srai_epi32(half_dot4(four, query, n), (int)shift);
    __m128i old = _mm_maskz_loadu_epi32(here, scores + i);
    _mm_mask_storeu_epi32(scores + i, here, _mm_sub_epi32(old, dots));
  }
}

static void coarse_scores_avx512(const ck_codes *codes, const int8_t *query, uint32_t n,
                                 float weight, const uint32_t *ids, uint32_t count, int32_t *out) {
  if (weight != 0) prefetch_norms(codes, ids, count);
  memset(out, 0, 4 * count);
  subtract_half_dots_avx512(&codes->upper, query, n, 0, ids, count, out);
  if (weight != 0)
    for (uint32_t i = 0; i < count; i++) out[i] += weighted_norm(codes, weight, ids[i]);
}

static void refine_scores_avx512(const ck_codes *codes, const int8_t *query, uint32_t n,
                                 const uint32_t *ids, uint32_t count, int32_t *scores) {
  subtract_half_dots_avx512(&codes->lower, query, n, 4, ids, count, scores);
}

static int32_t signed_code_avx512(const ck_codes *codes, uint32_t row, uint32_t n,
                                  int8_t *values) {
  const uint8_t *upper = row_at(&codes->upper, row), *lower = row_at(&codes->lower, row);
  const __m512i ones = _mm512_set1_epi8(1), flip = _mm512_set1_epi8((char)0x80);
  __m512i total = _mm512_setzero_si512();
  for (uint32_t i = 0; i < n / 2; i += 64) {
    components parts = whole(_mm512_loadu_si512(upper + i), _mm512_loadu_si512(lower + i));
    total = _mm512_dpbusd_epi32(total, parts.first, ones);
    total = _mm512_dpbusd_epi32(total, parts.second, ones);
    _mm512_storeu_si512(values + i, _mm512_xor_si512(parts.first, flip));
    _mm512_storeu_si512(values + n / 2 + i, _mm512_xor_si512(parts.second, flip));
  }
  int32_t sum = _mm512_reduce_add_epi32(total) - 128 * (int32_t)n;
  if (has_inner_norms(codes)) sum -= clear_inner_norm(values, n);
  return norm_at(codes, row) + 256 * sum;
}

static uint32_t code_l2s_avx512(const ck_codes *codes, const int8_t *values, int32_t base,
                                uint32_t n, const uint32_t *ids, uint32_t count, int32_t near,
                                int32_t *out) {
  for (uint32_t i = 0; i < count; i++) prefetch_code(codes, ids[i]);
  for (uint32_t i = 0; i < count; i += 4) {
    code_place four[4];
    int32_t dot[4];
    bool isNear = false;
    for (uint32_t k = 0; k < 4; k++)
      four[k] = place_code(codes, ids[i + k < count ? i + k : count - 1]);
    _mm_storeu_si128((__m128i *)dot, dot4(four, values, n));
    for (uint32_t k = 0; k < 4 && i + k < count; k++) {
      out[i + k] = base + norm_at(codes, ids[i + k]) - 2 * dot[k];
      isNear |= out[i + k] < near;
    }
    if (isNear) return i + 4 < count ? i + 4 : count;
  }
  return count;
}

static bool is_near_avx512(const ck_codes *codes, uint32_t row, uint32_t n, const int8_t *values,
                           const int32_t *bases, uint32_t count, int32_t near) {
  const uint8_t *upper = row_at(&codes->upper, row), *lower = row_at(&codes->lower, row);
  int32_t norm = norm_at(codes, row), dot[4];
  for (uint32_t start = 0; start < count; start += 4) {
    const int8_t *code[4];
    __m512i sums[4];
    for (uint32_t k = 0; k < 4; k++) {
      code[k] = values + (uint64_t)(start + k < count ? start + k : count - 1) * n;
      sums[k] = _mm512_setzero_si512();
    }
    for (uint32_t i = 0; i < n / 2; i += 64) {
      components parts = whole(_mm512_loadu_si512(upper + i), _mm512_loadu_si512(lower + i));
      for (int k = 0; k < 4; k++) {
        __m512i a = _mm512_loadu_si512(code[k] + i), b = _mm512_loadu_si512(code[k] + n / 2 + i);
        sums[k] = _mm512_dpbusd_epi32(sums[k], parts.first, a);
        sums[k] = _mm512_dpbusd_epi32(sums[k], parts.second, b);
      }
    }
    _mm_storeu_si128((__m128i *)dot, reduce4(sums));
    bool isNear = false;
    for (uint32_t k = 0; k < 4 && start + k < count; k++)
      isNear |= bases[start + k] + norm - 2 * dot[k] < near;
    if (isNear) return true;
  }
  return false;
}

// A component of the query and one of a row are two bytes each, so their product is four of bytes:
// sums of those that count 65,536, 256 and 1, and what clipped components add beside.
typedef struct {
  __m512i most, more, least;
  float beyond;
} fine_sums;

// What clipped components among 64 from `start` on add to a product with 256 · high + low beside
// what they would if they were not: those that have a bit in `clipped`, the greatest of them also
// in `greatest`.
static float beyond_clipping(uint64_t clipped, uint64_t greatest, uint32_t start,
                             const ck_fine_query *query, const uint8_t *residual, float step,
                             float scale) {
  float sum = 0;
  for (; clipped; clipped &= clipped - 1) {
    uint32_t bit = (uint32_t)__builtin_ctzll(clipped), i = start + bit;
    float linear = (greatest >> bit & 1 ? 256 * 255 : 256) - MIDDLE + residual[i];
    float size = CLIPPED_FROM * scale + step * residual[i];
    sum += (float)(256 * query->high[i] + query->low[i])
        * ((greatest >> bit & 1 ? size : -size) - scale / 256 * linear);
  }
  return sum;
}

static inline __mmask64 clipped_of(__m512i bytes) {
  const __m512i two = _mm512_set1_epi8(2), most = _mm512_set1_epi8((char)252);
  return _mm512_cmpgt_epu8_mask(_mm512_sub_epi8(bytes, two), most);
}

static inline void add_fine(fine_sums *sums, __m512i bytes, uint32_t i, const ck_fine_query *query,
                            const uint8_t *residual, const ck_codes *codes, uint32_t id,
                            float scale) {
  __m512i high = _mm512_loadu_si512(query->high + i), low = _mm512_loadu_si512(query->low + i);
  sums->most = _mm512_dpbusd_epi32(sums->most, bytes, high);
  sums->more = _mm512_dpbusd_epi32(sums->more, bytes, low);
  if (!residual) return;
  __m512i left = _mm512_loadu_si512(residual + i);
  sums->more = _mm512_dpbusd_epi32(sums->more, left, high);
  sums->least = _mm512_dpbusd_epi32(sums->least, left, low);
  __mmask64 clipped = clipped_of(bytes);
  if (clipped) {
    float step;
    memcpy(&step, step_at(codes, id), 4);
    sums->beyond += beyond_clipping(clipped, _mm512_movepi8_mask(bytes), i, query, residual, step,
                                    scale);
  }
}

static void fine_dots_avx512(const ck_codes *codes, const ck_fine_query *query, uint32_t n,
                             float scale, const uint32_t *ids, uint32_t count, float *out) {
  uint32_t half = codes->upper.bytes;
  const __m512i zero = _mm512_setzero_si512();
  for (uint32_t i = 0; i < RESIDUALS_AHEAD && i < count; i++) prefetch_residual(codes, ids[i]);
  for (uint32_t i = 0; i < count; i++) {
    if (i + RESIDUALS_AHEAD < count) prefetch_residual(codes, ids[i + RESIDUALS_AHEAD]);
    code_place at = place_code(codes, ids[i]);
    const uint8_t *residual = residual_at(codes, ids[i]);
    fine_sums sums = {zero, zero, zero, 0};
    for (uint32_t j = 0; j < half; j += 64) {
      components parts =
          whole(_mm512_loadu_si512(at.upper + j), _mm512_loadu_si512(at.lower + j));
      if (j < n) add_fine(&sums, parts.first, j, query, residual, codes, ids[i], scale);
      if (half + j < n)
        add_fine(&sums, parts.second, half + j, query, residual, codes, ids[i], scale);
    }
    const __m512i all[4] = {sums.most, sums.more, sums.least, zero};
    int32_t of[4];
    _mm_storeu_si128((__m128i *)of, reduce4(all));
    int64_t product = 65536 * (int64_t)of[0] + 256 * (int64_t)of[1] + of[2];
    double middle = residual ? MIDDLE : 256 * 128;
    double linear = ((double)product - middle * query->sum) * scale / 256;
    out[i] = (float)((linear + sums.beyond) * query->step / 256);
  }
}
