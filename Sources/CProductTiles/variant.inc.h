/* One variant of the product for one type of number, included once for each. SCALAR: the type;
   LANES: numbers in the widest register; ROWS: of the register tile; WIDTH: its registers a row, 1
   or 2; TARGET: the instruction set; NAME(x): x, marked with type and variant. */

#define VECTOR(lanes) \
  __attribute__((vector_size(sizeof(SCALAR) * (lanes)), aligned(sizeof(SCALAR)), may_alias))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define UNROLLED(i, count) _Pragma("unroll") for (int i = 0; i < count; i++)

/* `rows` rows by `count` registers: the sums stay in registers for the whole inner loop. What is
   fetched ahead is the strip after the next: rows not packed lie too far apart to be foreseen. */
#define TILE(name, lanes, type, count)                                                           \
  typedef SCALAR NAME(name##_vector) type;                                                       \
  INLINE void NAME(name)(const product_block *p, const int rows, const SCALAR *a,                \
                         const ptrdiff_t a_row, const SCALAR *b, SCALAR *c) {                    \
    const ptrdiff_t a_inner = p->a_inner, b_inner = p->b_inner, c_row = p->c_row;                \
    NAME(name##_vector) sum[ROWS][count] = {0}, right[count];                                    \
    if (!p->from_zero) UNROLLED(r, rows) UNROLLED(s, count)                                      \
      sum[r][s] = *(const NAME(name##_vector) *)(c + r * c_row + s * (lanes));                   \
    _Pragma("clang loop unroll_count(2)")                                                        \
    for (ptrdiff_t k = p->inner; k > 0; k--, a += a_inner, b += b_inner) {                       \
      UNROLLED(s, count) right[s] = *(const NAME(name##_vector) *)(b + s * (lanes));             \
      __builtin_prefetch(b + 2 * (count) * (lanes));                                             \
      UNROLLED(r, rows) {                                                                        \
        const SCALAR left = a[r * a_row];                                                        \
        UNROLLED(s, count) sum[r][s] = sum[r][s] + left * right[s];                              \
      }                                                                                          \
    }                                                                                            \
    UNROLLED(r, rows) UNROLLED(s, count)                                                         \
      *(NAME(name##_vector) *)(c + r * c_row + s * (lanes)) = sum[r][s];                         \
  }

TILE(wide, LANES, VECTOR(LANES), WIDTH + 2)
TILE(pair, LANES, VECTOR(LANES), 2)
TILE(full, LANES, VECTOR(LANES), 1)
TILE(eight, 8, VECTOR(LANES > 8 ? 8 : LANES), 1)
TILE(four, 4, VECTOR(LANES > 4 ? 4 : LANES), 1)
TILE(two, 2, VECTOR(2), 1) TILE(one, 1, , 1)

/* `rows` rows by a strip or two registers more, or what is left: the widest parts first. */
INLINE void NAME(row_tile)(const product_block *p, const int rows, ptrdiff_t width,
                           const SCALAR *a, const SCALAR *b, SCALAR *c) {
#define PART(may, name, lanes)                                       \
  if ((may) && width >= (lanes)) {                                   \
    NAME(name)(p, rows, a, p->a_row, b, c), b += (lanes), c += (lanes); \
    if (!(width -= (lanes))) return;                                 \
  }
  /* Packed rows adjoin each other: the compiler is told, and addresses need no registers. */
  if (rows == ROWS && width == WIDTH * LANES && p->a_row == 1)
    return WIDTH > 1 ? NAME(pair)(p, rows, a, 1, b, c) : NAME(full)(p, rows, a, 1, b, c);
  PART(rows <= 2, wide, (WIDTH + 2) * LANES) PART(rows <= 2 || WIDTH > 1, pair, 2 * LANES)
  PART(1, full, LANES) PART(LANES > 8, eight, 8) PART(LANES > 4, four, 4)
  PART(LANES > 2, two, 2) PART(1, one, 1)
#undef PART
}

static TARGET void NAME(accumulate)(const product_block *p) {
#define PART(rows) \
  if (left & (rows)) NAME(row_tile)(p, rows, width, a, b, c), a += (rows) * a_row, c += (rows) * c_row
  const ptrdiff_t a_row = p->a_row, c_row = p->c_row;
  /* A row or two take two registers more, if these adjoin, lest they wait for each sum. */
  const int widens = p->rows <= 2 && p->b_strip == WIDTH * LANES;
  const ptrdiff_t step = widens ? (WIDTH + 2) * LANES : WIDTH * LANES;
  const SCALAR *b = p->b;
  for (ptrdiff_t j = 0; j < p->columns; j += step, b += widens ? step : p->b_strip) {
    const ptrdiff_t width = p->columns - j < step ? p->columns - j : step;
    const SCALAR *a = p->a;
    SCALAR *c = (SCALAR *)p->c + j;
    ptrdiff_t left = p->rows;
    for (; left >= ROWS; left -= ROWS, a += p->a_tile, c += ROWS * c_row) {
      if (left >= 2 * ROWS) UNROLLED(r, ROWS) __builtin_prefetch(c + (ROWS + r) * c_row, 1);
      NAME(row_tile)(p, ROWS, width, a, b, c);
    }
    PART(ROWS > 8 ? 8 : 0); PART(ROWS > 4 ? 4 : 0); PART(2); PART(1);
  }
#undef PART
}

/* Twelve independent chains of a product and a sum: neither latency nor memory is in the way. */
static TARGET double NAME(peak)(ptrdiff_t rounds, void *factors) {
  SCALAR *factor = factors;
  NAME(full_vector) sum[12] = {0};
  const NAME(full_vector) right = *(const NAME(full_vector) *)factor;
  for (ptrdiff_t k = 0; k < rounds; k++) {
    __asm__ volatile("" : : "r"(factor) : "memory");
    UNROLLED(r, 12) sum[r] = sum[r] + factor[r] * right;
  }
  UNROLLED(r, 12) factor[r] += sum[r][0];
  return 2.0 * 12 * LANES * (double)rounds;
}

#undef SCALAR
#undef LANES
#undef NAME
