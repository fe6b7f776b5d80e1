// Arguments that the host gives are looked at before the callee is entered: what is wrong with them
// is the host's error, and no trap of a guest that has done nothing.
#pragma once

#include "model/transfer.hpp"

namespace wrt::component {

/// Whether the params of `func`, which lie at `args` in the host's memory, can be given: handles
/// that the host has, of the right type, each given away once; cases that there are; lists and
/// strings that lie in the memory; characters and UTF-8. Errors: what the transfer would trap with.
Status check_arguments(const Func& func, Side& host, uint32_t args);

}  // namespace wrt::component
