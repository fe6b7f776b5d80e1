#include "reduce.hpp"

#include <algorithm>
#include <cstdio>

#include <wrt/decoder/decode.hpp>
#include <wrt/decoder/disassemble.hpp>
#include <wrt/decoder/instruction_decoder.hpp>
#include <wrt/foundation/byte_reader.hpp>

namespace wrt::test {

namespace {

/// A binary cut into what comes before the code section, its bodies, and what comes after.
struct Code {
    struct Body {
        Bytes locals;
        std::vector<Bytes> instructions;  ///< Without the last end.
    };
    Bytes before;
    std::vector<Body> bodies;
    Bytes after;

    [[nodiscard]] Bytes binary() const
    {
        Bytes section = leb(bodies.size());
        for (const Body& body : bodies) {
            Bytes content = body.locals;
            for (const Bytes& instruction : body.instructions)
                append(content, instruction);
            content.push_back(0x0b);
            append(section, sized(content));
        }
        return bytes(before, test::section(10, section), after);
    }
};

Bytes part(const Bytes& all, size_t from, size_t to)
{
    return {all.begin() + static_cast<std::ptrdiff_t>(from),
            all.begin() + static_cast<std::ptrdiff_t>(to)};
}

/// Reads what the generator wrote: nothing in it is wrong.
Code cut(const Bytes& binary)
{
    Code code;
    size_t at = 8;
    const auto number = [&] {
        uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            const uint8_t byte = binary[at++];
            value |= uint64_t{byte & 0x7fu} << shift;
            if (byte < 0x80) return static_cast<size_t>(value);
        }
    };
    while (at < binary.size()) {
        const size_t start = at;
        const uint8_t id = binary[at++];
        const size_t size = number();
        const size_t end = at + size;
        if (id != 10) {
            at = end;
            continue;
        }
        code.before = part(binary, 0, start);
        code.after = part(binary, end, binary.size());
        const size_t count = number();
        for (size_t i = 0; i < count; ++i) {
            Code::Body body;
            const size_t body_size = number();
            const size_t body_start = at;
            const size_t body_end = at + body_size;
            for (size_t runs = number(); runs-- > 0;) {
                number();
                // A value type: a byte, or ref and an index.
                const uint8_t type = binary[at++];
                if (type == 0x63 || type == 0x64) number();
            }
            body.locals = part(binary, body_start, at);
            decoder::InstructionDecoder decoder{std::span{binary}.subspan(at, body_end - at),
                                                static_cast<uint32_t>(at)};
            decoder::Instruction instruction;
            while (!decoder.at_end() && decoder.next(instruction))
                body.instructions.push_back(part(binary, instruction.offset, decoder.offset()));
            body.instructions.pop_back();
            code.bodies.push_back(std::move(body));
            at = body_end;
        }
        return code;
    }
    return code;
}

/// Whether functions and loops still begin with what ends them: one off global 0, and out of the
/// function where there is none left. A function that begins with unreachable ends too.
bool ends(const Code& code)
{
    constexpr uint8_t spend[] = {0x23, 0, 0x41, 1, 0x6b, 0x24, 0, 0x23, 0, 0x41, 0, 0x48, 0x04};
    const auto spends = [&](const std::vector<Bytes>& list, size_t at) {
        Bytes found;
        for (; at < list.size() && found.size() < std::size(spend); ++at)
            append(found, list[at]);
        if (found.size() < std::size(spend) ||
            !std::equal(std::begin(spend), std::end(spend), found.begin()))
            return false;
        while (at < list.size() && list[at][0] != 0x0b)
            ++at;
        return at < list.size() && (list[at - 1][0] == 0x0f || list[at - 1][0] == 0x00);
    };
    for (const Code::Body& body : code.bodies) {
        const auto& list = body.instructions;
        if (!list.empty() && list[0][0] == 0x00) continue;
        if (!spends(list, 0)) return false;
        for (size_t at = 0; at < list.size(); ++at) {
            if (list[at][0] == 0x03 && !spends(list, at + 1)) return false;
        }
    }
    return true;
}

/// What may stand instead of instructions.
const std::vector<std::vector<Bytes>>& replacements()
{
    static const std::vector<std::vector<Bytes>> all = {
        {},
        {{0x00}},  // unreachable
        {{0x1a}},  // drop
        {{0x1a}, {0x1a}},
        {{0x1a}, {0x1a}, {0x1a}},
        {{0x41, 0x00}},                                                  // i32.const 0
        {{0x42, 0x00}},                                                  // i64.const 0
        {{0x43, 0, 0, 0, 0}},                                            // f32.const 0
        {{0x44, 0, 0, 0, 0, 0, 0, 0, 0}},                                // f64.const 0
        {{0xfd, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},  // v128.const 0
        {{0xd0, 0x71}},                                                  // ref.null none
        {{0x1a}, {0x41, 0x00}},
        {{0x1a}, {0x42, 0x00}},
    };
    return all;
}

}  // namespace

GeneratedModule reduced(GeneratedModule module,
                        const std::function<bool(const GeneratedModule&)>& wanted)
{
    Arena arena{Backing::reserve(size_t{1} << 28).value()};
    // Most candidates are not valid; that is cheaper to find out than what the others do.
    const auto shows = [&](const GeneratedModule& candidate) {
        return decoder::decode_module_streaming(candidate.binary, arena, {},
                                                [](const decoder::Module&) { return ok(); }) &&
               wanted(candidate);
    };
    for (size_t i = 0; i < module.calls.size() && module.calls.size() > 1;) {
        GeneratedModule candidate = module;
        candidate.calls.erase(candidate.calls.begin() + static_cast<std::ptrdiff_t>(i));
        if (shows(candidate))
            module = std::move(candidate);
        else
            ++i;
    }
    Code code = cut(module.binary);
    for (bool progress = true; progress;) {
        progress = false;
        for (size_t f = 0; f < code.bodies.size(); ++f) {
            for (size_t width = code.bodies[f].instructions.size(); width > 0;
                 width = width > 8 ? width / 2 : width - 1) {
                for (size_t at = 0; at + width <= code.bodies[f].instructions.size();) {
                    bool shrunk = false;
                    for (const auto& replacement : replacements()) {
                        if (replacement.size() > width) continue;
                        const auto& old = code.bodies[f].instructions;
                        if (replacement.size() == width &&
                            std::equal(replacement.begin(), replacement.end(),
                                       old.begin() + static_cast<std::ptrdiff_t>(at)))
                            continue;
                        if (replacement.size() == width && width > 1) continue;
                        // One for one only towards what is simplest.
                        if (width == 1 && replacement.size() == 1 &&
                            (old[at].size() == 1 || old[at][0] == 0x41 || old[at][0] == 0x42 ||
                             old[at][0] == 0x43 || old[at][0] == 0x44))
                            continue;
                        Code next = code;
                        auto& list = next.bodies[f].instructions;
                        const auto from = list.begin() + static_cast<std::ptrdiff_t>(at);
                        list.erase(from, from + static_cast<std::ptrdiff_t>(width));
                        list.insert(list.begin() + static_cast<std::ptrdiff_t>(at),
                                    replacement.begin(), replacement.end());
                        if (!ends(next)) continue;
                        GeneratedModule candidate = module;
                        candidate.binary = next.binary();
                        if (!shows(candidate)) continue;
                        code = std::move(next);
                        module = std::move(candidate);
                        shrunk = progress = true;
                        break;
                    }
                    if (!shrunk) at += std::max<size_t>(1, width / 2);
                }
            }
        }
    }
    return module;
}

std::string listing(const GeneratedModule& module)
{
    std::string text;
    Result<Backing> backing = Backing::reserve(size_t{1} << 28);
    Arena arena{std::move(backing.value())};
    const Status status = decoder::decode_module_streaming(
        module.binary, arena, {.defer_bodies = true}, [&](const decoder::Module& decoded) {
            for (uint32_t f = module.imports; f < module.functions.size(); ++f) {
                text += "f" + std::to_string(f) + "\n";
                const auto line = [&](const decoder::Instruction& instruction, uint32_t depth,
                                      std::string_view what) {
                    char place[16];
                    std::snprintf(place, sizeof place, "%5u ", instruction.offset);
                    text += place + std::string(2 * depth, ' ') + std::string{what} + "\n";
                };
                if (const Status shown = decoder::disassemble(decoded, f, line); !shown)
                    return shown;
            }
            return ok();
        });
    if (!status) text += "not decoded\n";
    return text;
}

}  // namespace wrt::test
