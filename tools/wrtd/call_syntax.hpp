// How a call is written on a command line, and values as text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <wrt/module.hpp>
#include <wrt/value.hpp>

namespace wrtd {

struct CallText {
    std::string name;
    std::vector<std::string> arguments;
};

/// Both ways of writing a call: one word 'add(20, 22)', or words `add 20 22`. A name may itself
/// contain parentheses when arguments follow as words. The string is what is wrong with it.
[[nodiscard]] std::variant<CallText, std::string> parse_call(std::span<const std::string> words);

/// A value of `type` from text: decimal or 0x integers, signed or unsigned, within the type's
/// range; floats as strtod reads them, nan:0xN for a NaN's payload; a v128 as 0x and its digits or
/// as lanes, "i32x4 1 2 3 4"; `null` and a number for externref. An optional prefix such as `i32:`
/// must agree, so that what wrtd prints can be read back.
[[nodiscard]] std::optional<wrt::Value> parse_value(std::string_view text, wrt::ValType type);

/// "i32:42", "i64:-1", "f32:1.5", "f64:nan:0x8000000000001", "funcref:null", "externref:5",
/// "v128:0x" and 32 digits.
[[nodiscard]] std::string value_text(const wrt::Value& value);

/// "i32", "(ref null func)" as the text format writes it.
[[nodiscard]] std::string type_text(wrt::ValType type);

/// "(func (param i32 i32) (result i32))".
[[nodiscard]] std::string func_type_text(std::span<const wrt::ValType> params,
                                         std::span<const wrt::ValType> results);

/// "(global (mut i32))", "(memory 1 4)": the type of an import or export in text form.
[[nodiscard]] std::string extern_text(const wrt::ExternType& type);

}  // namespace wrtd
