// WAVE: values of components as text, and as JSON.
// https://github.com/bytecodealliance/wasm-tools/tree/main/crates/wasm-wave
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <wrt/component/value.hpp>

namespace wrtd {

/// Reads one value after the other from a text.
class WaveReader {
public:
    explicit WaveReader(std::string_view text) : text_{text} {}

    /// Reads a value of `into`'s type and writes it there. False: what() says what is wrong. A
    /// value may be followed by more.
    [[nodiscard]] bool read(wrt::component::Value into);
    /// Whether nothing but white space is left.
    [[nodiscard]] bool at_end();
    /// Takes `symbol` if it comes next.
    [[nodiscard]] bool take(char symbol);

    [[nodiscard]] const std::string& what() const { return what_; }
    [[nodiscard]] size_t position() const { return at_; }

private:
    using Value = wrt::component::Value;

    bool fail(std::string what);
    void skip_space();
    uint32_t count_ahead() const;
    std::string_view word();
    std::string_view number_word();
    std::optional<std::string> quoted(char quote);
    std::optional<uint32_t> escape();
    bool read_primitive(Value into);
    template <class ReadItem>
    bool read_items(Value into, char close, const char* too_long, const ReadItem& read_item);
    bool read_list(Value into);
    bool read_map(Value into);
    bool read_tuple(Value into);
    bool read_record(Value into);
    bool read_flags(Value into);
    bool read_case(Value into);
    bool read_payload(Value into, std::string_view name);

    std::string_view text_;
    size_t at_ = 0;
    unsigned depth_ = 0;
    std::string what_;
};

/// "{ x: 1, label: \"a\" }" and its like, on one line.
[[nodiscard]] std::string wave_text(const wrt::component::Value& value);

/// Records as objects, variants as {"tag", "val"}, options as null or the value, results as
/// {"ok"} or {"err"}, flags as a list of names, floats that JSON cannot say as strings.
[[nodiscard]] nlohmann::json json_of(const wrt::component::Value& value);

/// `text` quoted and escaped as WAVE wants it.
[[nodiscard]] std::string wave_quoted(std::string_view text);

}  // namespace wrtd
