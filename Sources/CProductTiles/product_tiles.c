#include "product_tiles.h"
/* Products and sums are rounded separately: no variant may fuse them. */
#pragma STDC FP_CONTRACT OFF

/* Baseline: whatever the compiler may assume of every processor (SSE2, NEON). */
#define TARGET
#define ROWS 4
#define WIDTH 2
#define SCALAR double
#define LANES 2
#define NAME(x) x##_double_baseline
#include "variant.inc.h"
#define SCALAR float
#define LANES 4
#define NAME(x) x##_float_baseline
#include "variant.inc.h"
#if defined(__x86_64__)
#undef TARGET
#define TARGET __attribute__((target("avx2"), min_vector_width(256)))
#undef ROWS
#define ROWS 6
#define SCALAR double
#define LANES 4
#define NAME(x) x##_double_avx2
#include "variant.inc.h"
#define SCALAR float
#define LANES 8
#define NAME(x) x##_float_avx2
#include "variant.inc.h"
#undef TARGET
#define TARGET __attribute__((target("avx512f,avx512vl"), min_vector_width(512)))
/* One register wide: each left number enters one multiplication, straight from memory. Spread over
   two registers it would be loaded into one of its own, which was measured 1.3 times as slow. */
#undef ROWS
#undef WIDTH
#define ROWS 16
#define WIDTH 1
#define SCALAR double
#define LANES 8
#define NAME(x) x##_double_avx512
#include "variant.inc.h"
#define SCALAR float
#define LANES 16
#define NAME(x) x##_float_avx512
#include "variant.inc.h"
int product_tiles_widest(void) {
  if (!__builtin_cpu_supports("avx2")) return PRODUCT_TILES_BASELINE;
  return __builtin_cpu_supports("avx512vl") ? PRODUCT_TILES_AVX512 : PRODUCT_TILES_AVX2;
}
#define TILES(variant, rows, columns) {accumulate_##variant, peak_##variant, rows, columns}
#define TABLE(type, lanes)                                                 \
  {TILES(type##_baseline, 4, 4 * lanes), TILES(type##_avx2, 6, 8 * lanes), \
   TILES(type##_avx512, 16, 8 * lanes)}
#else
int product_tiles_widest(void) { return PRODUCT_TILES_BASELINE; }
#define TABLE(type, lanes) {{accumulate_##type##_baseline, peak_##type##_baseline, 4, 4 * lanes}}
#endif
#define SELECTION(type, lanes)                                                 \
  const product_tiles *product_tiles_##type(int variant) {                     \
    static const product_tiles table[] = TABLE(type, lanes);                   \
    return &table[variant];                                                    \
  }
SELECTION(double, 1)
SELECTION(float, 2)
