// libpng reports errors by longjmp, which Swift cannot call across: these two functions contain it.
#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t count, offset;
  char message[96];  // of the last error; "truncated" when the bytes ran out
} cpng_source;

static void cpng_read(png_structp png, png_bytep out, size_t count) {
  cpng_source *source = (cpng_source *)png_get_io_ptr(png);
  if (count > source->count - source->offset) png_error(png, "truncated");
  memcpy(out, source->bytes + source->offset, count);
  source->offset += count;
}

static void cpng_fail(png_structp png, png_const_charp message) {
  cpng_source *source = (cpng_source *)png_get_error_ptr(png);
  strncpy(source->message, message, sizeof source->message - 1);
  longjmp(*png_set_longjmp_fn(png, longjmp, sizeof(jmp_buf)), 1);
}

static void cpng_ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

/// Size of the picture and whether any pixel may be transparent. Returns 0 on an error.
static inline int cpng_header(cpng_source *source, uint32_t *width, uint32_t *height, int *alpha) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, source, cpng_fail, cpng_ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_set_read_fn(png, source, cpng_read);
  png_read_info(png, info);
  *width = png_get_image_width(png, info);
  *height = png_get_image_height(png, info);
  *alpha = (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) != 0 ||
           png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

/// Decodes to 8-bit RGB, or RGBA where `alpha` says so, at `rows[y]`. 16-bit samples keep their
/// upper byte. Gamma is left alone. Returns 0 on an error.
static inline int cpng_decode(cpng_source *source, int alpha, uint8_t *const *rows) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, source, cpng_fail, cpng_ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_set_read_fn(png, source, cpng_read);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_gray_to_rgb(png);
  if (alpha) png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  png_read_image(png, (png_bytepp)rows);
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}
