// Products of one group for instruction sets without instructions for them.
#include "vector.h"

INLINE v16f generic_dot_bf16(v16f sum, v16u b, word a) {
  v16f low = (v16f)(b << 16), high = (v16f)(b & 0xffff0000);
  v16f first = (v16f)(v16u)(a << 16), second = (v16f)(v16u)(a & 0xffff0000);
  sum = first * low + sum;
  return second * high + sum;
}

INLINE v16f generic_dot_i8(v16f sum, v16u b, word a) {
  v16i total = (v16i)sum;
  for (int i = 0; i < 4; i++) {
    v16i code = (v16i)(b << (24 - 8 * i)) >> 24;
    total += code * (int32_t)(a >> (8 * i) & 255);
  }
  return (v16f)total;
}
