#include "../components.h"
