// The kernels for every processor; the compiler makes SSE2 or NEON of the vectors.
#define NAME(x) portable_##x
#if defined(__aarch64__)
#define TILE_ROWS 6
#else
#define TILE_ROWS 2
#endif
#define TILE_VECTORS 1
#define to_bfloat16 generic_bfloat16
#define dot_i8 generic_dot_i8

#include "generic_dots.h"
#include "matrix_body.h"
#include "transformer_body.h"
