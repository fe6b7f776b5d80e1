// Which function a cell belongs to.
#pragma once

#include <algorithm>

#include <wrt/runtime/module.hpp>

namespace wrt::runtime {

/// Index of the function that `pc` lies in, or no_function.
inline uint32_t function_index_at(const Module& module, const Cell* pc) noexcept
{
    if (module.is_stub(pc)) return module.function_of_stub(pc);
    if (pc < module.code.data() || pc >= module.code.data() + module.code.size())
        return no_function;
    const auto cell = static_cast<uint32_t>(pc - module.code.data());
    if (module.lazy != nullptr) {
        // In the order in which they were first called.
        const auto& order = module.lazy->code_order;
        const auto* const after = std::upper_bound(
            order.begin(), order.end(), cell,
            [&module](uint32_t at, uint32_t index) { return at < module.functions[index].code; });
        return after == order.begin() ? no_function : after[-1];
    }
    // In the order of their indices.
    const auto* const first = module.functions.begin() + module.imported_functions;
    const auto* const after =
        std::upper_bound(first, module.functions.end(), cell,
                         [](uint32_t at, const Function& function) { return at < function.code; });
    return after == first ? no_function
                          : static_cast<uint32_t>(after - 1 - module.functions.begin());
}

}  // namespace wrt::runtime
