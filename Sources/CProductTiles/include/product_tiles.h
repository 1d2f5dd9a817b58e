#ifndef NNET_ORACLE_PRODUCT_TILES_H
#define NNET_ORACLE_PRODUCT_TILES_H

/* The matrix product's innermost loops, one variant for each instruction set, chosen by CPU. */
int product_tiles_variant_count(void);

#endif
