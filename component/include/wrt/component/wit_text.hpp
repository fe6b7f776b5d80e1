// Component types as WIT writes them, for messages and tools.
#pragma once

#include <string_view>

#include <wrt/decoder/component.hpp>
#include <wrt/foundation/text.hpp>

namespace wrt::component {

/// "u32", "list<string>", "record { x: u32, y: u32 }": types that have no name there are written
/// out.
void append_wit(TextSink& sink, const decoder::ComponentTypes& types,
                decoder::ComponentValType type) noexcept;
/// "func(a: u32) -> string" of a node of kind func.
void append_wit_func(TextSink& sink, const decoder::ComponentTypes& types, uint32_t func) noexcept;

std::string_view wit_name(decoder::PrimitiveType type) noexcept;

}  // namespace wrt::component
