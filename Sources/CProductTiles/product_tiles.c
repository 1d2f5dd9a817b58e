#include "product_tiles.h"

int product_tiles_variant_count(void) { return 1; }
