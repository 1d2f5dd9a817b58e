#ifndef NNET_ORACLE_PRODUCT_TILES_H
#define NNET_ORACLE_PRODUCT_TILES_H
#include <stddef.h>

/* The matrix product's innermost loops, one variant for each instruction set, which Swift cannot
   choose at run time. Nothing else belongs here. */

/* One block: c[i, j] += sum over k, in rising order, of a[i, k] * b[k, j], each product and each
   sum rounded by itself: all variants give the same bits. With `from_zero` the sums start at +0,
   whatever `c` holds. Distances are counted in elements.

   Rows come in tiles and columns in strips, so that the factors may be packed: row i of `a` is row
   i % R of tile i / R, column j of `b` is column j % S of strip j / S (R and S as the variant says).
   In a factor that is not packed, `a_tile` is R * a_row, and `b_strip` is S. */
typedef struct {
  ptrdiff_t rows, inner, columns;
  const void *a;
  ptrdiff_t a_row, a_inner, a_tile;
  const void *b;
  ptrdiff_t b_inner, b_strip;
  void *c;
  ptrdiff_t c_row;
  int from_zero;
} product_block;

/* A variant's loops for one type of number, and the shape of its register tile. `peak` runs
   rounds of multiply-adds on sixteen numbers at `factors`, to which the sums are added lest they be
   optimised away, and returns how many operations that was. */
typedef struct {
  void (*accumulate)(const product_block *block);
  double (*peak)(ptrdiff_t rounds, void *factors);
  ptrdiff_t tile_rows, strip_columns;
} product_tiles;

/* The variants, in rising width. */
enum { PRODUCT_TILES_BASELINE, PRODUCT_TILES_AVX2, PRODUCT_TILES_AVX512 };
/* The widest this machine can run, and a variant's loops, for those up to it. */
int product_tiles_widest(void);
const product_tiles *product_tiles_double(int variant);
const product_tiles *product_tiles_float(int variant);
#endif
