#include "mutate.hpp"

#include <wrt/decoder/decode.hpp>
#include <wrt/text/assemble.hpp>
#include <wrt/text/print.hpp>

#include <algorithm>
#include <array>

namespace wrt::test {

namespace {

size_t below(size_t bound, std::mt19937& random)
{
    return bound == 0 ? 0 : random() % bound;
}

std::string_view word(std::mt19937& random)
{
    static constexpr std::array<std::string_view, 40> words{"(",
                                                            ")",
                                                            "\"",
                                                            "$x",
                                                            "0",
                                                            "-1",
                                                            "4294967295",
                                                            "nan:0x1",
                                                            "(;",
                                                            ";)",
                                                            ";;",
                                                            "(@a",
                                                            "(@name \"n\")",
                                                            "(@custom \"c\")",
                                                            "block",
                                                            "end",
                                                            "else",
                                                            "if",
                                                            "(then",
                                                            "(else",
                                                            "(type 0)",
                                                            "(param",
                                                            "(result",
                                                            "i32",
                                                            "(ref",
                                                            "func",
                                                            "(import \"\" \"\")",
                                                            "(export \"\")",
                                                            "(elem",
                                                            "(data",
                                                            "(offset",
                                                            "(item",
                                                            "offset=",
                                                            "align=3",
                                                            "call",
                                                            "br_table",
                                                            "select",
                                                            "v128.const i8x16",
                                                            "1e999",
                                                            "0x1p-1074"};
    return words[below(words.size(), random)];
}

}  // namespace

std::string mutated(std::string_view text, std::mt19937& random)
{
    std::string out{text};
    for (size_t changes = 1 + below(4, random); changes != 0; --changes) {
        const size_t at = below(out.size(), random);
        const size_t size = below(std::min<size_t>(out.size() - at, 40), random);
        switch (random() % 7) {
        case 0:
            if (!out.empty()) out[at] = static_cast<char>(random());
            break;
        case 1: out.erase(at, size); break;
        case 2: out.insert(at, out.substr(below(out.size(), random), size)); break;
        case 3: out.insert(at, std::string{" "}.append(word(random)).append(" ")); break;
        case 4: out.replace(at, size, word(random)); break;
        case 5: out.insert(at, 1, "()\"; \n$"[random() % 7]); break;
        case 6: {
            const size_t other = below(out.size(), random);
            if (!out.empty()) std::swap(out[at], out[other]);
            break;
        }
        default: break;
        }
    }
    return out;
}

std::string trouble_with(std::string_view source, Arena& arena)
{
    const ScopeGuard scope =
        arena.enter(LibraryId::verification_tool, "mutation", arena.available(), End::retained)
            .value();
    const auto text_of = [](const Error& error) {
        return std::string{std::string_view{describe(error)}};
    };
    const auto binary = text::assemble(source, arena);
    if (!binary) {
        // A quoted module's mistakes lie in what is quoted, which is no longer than what quotes it.
        const bool is_inside = binary.error().offset <= source.size();
        return is_inside ? "" : "its mistake is not in it: " + text_of(binary.error());
    }
    const Status decoded =
        decoder::decode_module_streaming(*binary, arena, {.features = FeatureSet::all()},
                                         [](const decoder::Module&) { return ok(); });
    const bool is_malformed = !decoded && kind_of(decoded.error().code) == ErrorKind::malformed;
    const auto printed = text::print(*binary, arena, {.customs = false});
    // (module binary ...) may be no module, or invalid in front of where it is malformed.
    if (is_malformed) return {};
    if (!printed && !decoded && source.find("binary") != std::string_view::npos) return {};
    if (!printed) return "assembles and does not print: " + text_of(printed.error());
    const auto again = text::assemble(*printed, arena);
    if (!again) return "what is printed does not assemble: " + text_of(again.error());
    const auto twice = text::print(*again, arena, {.customs = false});
    if (!twice) return "what assembled again does not print: " + text_of(twice.error());
    return *twice == *printed ? "" : "prints otherwise the second time";
}

}  // namespace wrt::test
