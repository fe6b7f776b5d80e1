// The WIT of a component: its world, and the interfaces that it imports and exports.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md
#pragma once

#include <string>

#include <wrt/decoder/component.hpp>

namespace wrtd {

[[nodiscard]] std::string wit_of(const wrt::decoder::Component& component);

}  // namespace wrtd
