// The one place where numeric.hpp is compared with the instruction table.
#include "numeric_check.hpp"
