// The product of one group of int8 for instruction sets without an instruction for it.
#include "vector.h"

INLINE v16f generic_dot_i8(v16f sum, v16u b, word a) {
  v16i total = (v16i)sum;
  for (int i = 0; i < 4; i++) {
    v16i code = (v16i)(b << (24 - 8 * i)) >> 24;
    total += code * (int32_t)(a >> (8 * i) & 255);
  }
  return (v16f)total;
}
