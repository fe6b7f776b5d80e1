// Types of two components compared: what a call between instances that no validator saw together
// rests on.
#pragma once

#include "model/instance.hpp"

namespace wrt::component {

/// Whether two value types are the same, resources included. No names of params, but those of
/// fields and cases count. `arena` lends room for the walk.
Result<bool> same_value_type(Arena& arena, const Instance& left, ComponentValType left_type,
                             const Instance& right, ComponentValType right_type);

/// Whether two nodes of kind func are the same type.
Result<bool> same_func_type(Arena& arena, const Instance& left, uint32_t left_node,
                            const Instance& right, uint32_t right_node);

}  // namespace wrt::component
