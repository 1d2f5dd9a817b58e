#include "product_tiles.h"
/* Products and sums are rounded separately: no variant may fuse them. */
#pragma STDC FP_CONTRACT OFF

/* Baseline: whatever the compiler may assume of every processor (SSE2, NEON). */
#define TARGET
#define ROWS 4
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
#undef ROWS
#define ROWS 8
#define SCALAR double
#define LANES 8
#define NAME(x) x##_double_avx512
#include "variant.inc.h"
#define SCALAR float
#define LANES 16
#define NAME(x) x##_float_avx512
#include "variant.inc.h"
int product_tiles_widest(void) {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
    return PRODUCT_TILES_AVX512;
  return __builtin_cpu_supports("avx2") ? PRODUCT_TILES_AVX2 : PRODUCT_TILES_BASELINE;
}

/* Zen 4 (AVX-512, but not this part of it) runs 512-bit operations as two halves: there the 256-bit
   tile was measured 1.2 times as fast. Asked by feature, as older runtimes know no "znver4". */
int product_tiles_fastest(void) {
  const int halves = __builtin_cpu_is("amd") && !__builtin_cpu_supports("avx512vp2intersect");
  return halves && product_tiles_widest() ? PRODUCT_TILES_AVX2 : product_tiles_widest();
}
#define TILES(variant, rows, columns) {accumulate_##variant, peak_##variant, rows, columns}
#define TABLE(type, lanes)                                                 \
  {TILES(type##_baseline, 4, 4 * lanes), TILES(type##_avx2, 4, 8 * lanes), \
   TILES(type##_avx512, 8, 16 * lanes)}
#else
int product_tiles_widest(void) { return PRODUCT_TILES_BASELINE; }
int product_tiles_fastest(void) { return PRODUCT_TILES_BASELINE; }
#define TABLE(type, lanes) {{accumulate_##type##_baseline, peak_##type##_baseline, 4, 4 * lanes}}
#endif

product_tiles product_tiles_double(int variant) {
  static const product_tiles table[] = TABLE(double, 1);
  return table[variant];
}

product_tiles product_tiles_float(int variant) {
  static const product_tiles table[] = TABLE(float, 2);
  return table[variant];
}
