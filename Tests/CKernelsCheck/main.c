// Checks every kernel of every level that this processor has, up to VITRINE_CPU, against plain
// loops. Prints a line for each feature with the levels; ends with 1 at the first difference.
#include "check.h"

#include <stdarg.h>

static uint64_t state;

uint32_t draw(uint32_t range) {
  state = state * 6364136223846793005 + 1442695040888963407;
  return (uint32_t)(state >> 33) % range;
}

float draw_float(float low, float high) {
  return low + (high - low) * (float)draw(1 << 24) / (float)(1 << 24);
}

float *draw_floats(size_t count, float low, float high) {
  float *x = zeros(count * sizeof *x);
  for (size_t i = 0; i < count; i++) x[i] = draw_float(low, high);
  return x;
}

void fail(const char *file, int line, const char *format, ...) {
  const char *name = strrchr(file, '/');
  printf(" DIFFERS\n%s:%d: ", name ? name + 1 : file, line);
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  printf("\n");
  exit(1);
}

enum { ARENA = 96 << 20, MOST_PARTS = 1 << 16, GUARD = 64, GUARDED = 0xA5 };
static uint8_t *arena;
static size_t used, part_ends[MOST_PARTS], parts;

void *zeros(size_t bytes) {
  size_t end = rounded_up(used + bytes, 64) + GUARD;
  EXPECT(end <= ARENA && parts < MOST_PARTS, "the check needs more memory");
  void *part = arena + used;
  memset(part, 0, bytes);
  part_ends[parts++] = used + bytes;
  memset(arena + used + bytes, GUARDED, end - used - bytes);
  used = end;
  return part;
}

static void release_all(void) {
  for (size_t i = 0; i < parts; i++)
    for (size_t k = 0; k < GUARD; k++)
      EXPECT(arena[part_ends[i] + k] == GUARDED, "something was written %zu bytes beyond an end", k);
  used = parts = 0;
}

static const struct {
  const char *name;
  void (*check)(ck_level level);
} features[] = {
    {"distances", check_distances},     {"formats", check_formats},
    {"codes", check_codes},             {"fine values", check_fine},
    {"encoding", check_encoding},       {"pools", check_pools},
    {"gathering", check_gathering},     {"matrices", check_matrices},
    {"transformer steps", check_transformer}, {"attention", check_attention},
    {"pictures", check_images},         {"postings", check_postings},
    {"checksum", check_checksum},
};

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  arena = aligned_alloc(64, ARENA);
  if (!arena) return 1;
  for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
    printf("%s:", features[i].name);
    for (ck_level level = CK_PORTABLE; level <= ck_cpu_highest(); level++) {
      printf(" %s", ck_cpu_name(level));
      state = i;
      features[i].check(level);
      release_all();
    }
    printf("\n");
  }
  free(arena);
  return 0;
}
