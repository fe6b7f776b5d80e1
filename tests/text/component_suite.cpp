// Assembles the text of every component of the Component Model's scripts and compares the binary
// with what another assembler made of the same text (tests/spec/convert_components.mjs): every byte
// but custom sections and the choices of core modules that print() does not show, and the decoder's
// verdict. What the scripts call invalid has to assemble and then be refused; what they call
// malformed has to be refused here.
//   component_text_suite [--dump DIR] SCRIPTS CONVERTED   Exit codes: 0 all is well, 1 not so, 77
//   nothing was found.
#include <wrt/decoder/component.hpp>
#include <wrt/foundation/arena.hpp>
#include <wrt/text/assemble.hpp>
#include <wrt/text/print.hpp>
#include <wrt/text/tokens.hpp>

#include <wast/component_script.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace wrt::test {
namespace {

namespace fs = std::filesystem;
using text::Token;
using text::TokenKind;
using text::Tokens;
using wast::ComponentCommand;

using Bytes = std::vector<uint8_t>;

std::string text_of(const Error& error)
{
    return std::string{std::string_view{describe(error)}};
}

std::optional<std::string> read_file(const fs::path& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

uint32_t leb(std::span<const uint8_t> bytes, size_t& at)
{
    uint32_t value = 0;
    for (uint32_t shift = 0; at < bytes.size(); shift += 7) {
        const uint8_t byte = bytes[at++];
        value |= static_cast<uint32_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) break;
    }
    return value;
}

/// A core module as what it says: which of two encodings a segment has is not in its text.
Bytes printed(std::span<const uint8_t> module)
{
    Arena arena{Backing::reserve(size_t{256} << 20).value()};
    const auto text = text::print(module, arena, {.names = false, .customs = false});
    if (!text) return {module.begin(), module.end()};
    return {text->begin(), text->end()};
}

/// A component without its custom sections, and so those in it; core modules as they print. Sizes
/// are left out, because they say how large that was.
Bytes normalised(std::span<const uint8_t> bytes)  // NOLINT(misc-no-recursion)
{
    constexpr size_t preamble_bytes = 8;
    Bytes out;
    if (bytes.size() < preamble_bytes) return {bytes.begin(), bytes.end()};
    if (bytes[4] != 0x0d) return printed(bytes);
    size_t at = preamble_bytes;
    while (at < bytes.size()) {
        const uint8_t id = bytes[at++];
        const size_t size = std::min<size_t>(leb(bytes, at), bytes.size() - at);
        const auto contents = bytes.subspan(at, size);
        at += size;
        if (id == 0) continue;
        out.push_back(id);
        const bool nests = id == 1 || id == 4;
        const Bytes kept = nests ? normalised(contents) : Bytes(contents.begin(), contents.end());
        out.insert(out.end(), kept.begin(), kept.end());
    }
    return out;
}

Status validate(std::span<const uint8_t> binary)
{
    Arena arena{Backing::reserve(size_t{64} << 20).value()};
    return decoder::decode_component_streaming(binary, arena, {},
                                               [](const decoder::Component&) { return ok(); });
}

struct Counts {
    size_t components = 0;
    size_t identical = 0;
    size_t normalised = 0;  ///< Only identical as normalised() has them.
    size_t reused = 0;      ///< Not even so: see reuses_types().
    size_t invalid = 0;     ///< Of the components: refused, as the script says.
    size_t malformed = 0;   ///< Texts that are refused, as the script says.
    size_t failed = 0;

    void add(const Counts& other)
    {
        components += other.components;
        identical += other.identical;
        normalised += other.normalised;
        reused += other.reused;
        invalid += other.invalid;
        malformed += other.malformed;
        failed += other.failed;
    }
};

class Suite {
public:
    explicit Suite(fs::path dump) : dump_{std::move(dump)} {}

    bool file(const fs::path& script, const fs::path& converted, Counts& counts)
    {
        const auto source = read_file(script);
        std::string problem;
        const auto commands = wast::read_component_script(converted.string(), problem);
        if (!source || !commands) {
            std::printf("%s: %s\n", script.c_str(), problem.c_str());
            return false;
        }
        Arena arena{Backing::reserve(size_t{1} << 30).value()};
        const Result<Tokens> tokens = text::tokenize(*source, arena);
        if (!tokens) return false;
        size_t next = 0;
        for (uint32_t at = 0; tokens->tokens[at].kind == TokenKind::left;
             at = tokens->tokens[at].partner + 1) {
            if (next == commands->commands.size()) return false;
            const ComponentCommand& command = commands->commands[next++];
            if (command.filename.empty()) continue;
            const auto binary = read_file(converted.parent_path() / command.filename);
            if (!binary) return false;
            const bool asserts = tokens->text(tokens->tokens[at + 1]) != "component";
            const std::string wrong =
                component(form(*tokens, asserts ? at + 2 : at), command, *binary, counts);
            if (wrong.empty()) continue;
            ++counts.failed;
            std::printf("%s:%u: %s\n", script.c_str(), command.line, wrong.c_str());
        }
        return next == commands->commands.size();
    }

private:
    static std::string_view form(const Tokens& tokens, uint32_t at)
    {
        const Token& left = tokens.tokens[at];
        const Token& right = tokens.tokens[left.partner];
        return tokens.source.substr(left.offset, right.offset + right.size - left.offset);
    }

    std::string component(std::string_view source, const ComponentCommand& command,
                          const std::string& file, Counts& counts)
    {
        const bool malformed = command.kind == ComponentCommand::Kind::assert_malformed;
        const bool invalid = command.kind == ComponentCommand::Kind::assert_invalid;
        Arena arena{Backing::reserve(size_t{1} << 30).value()};
        const auto made = text::assemble(source, arena);
        if (!made) {
            const auto place = text::line_column_of(source, made.error().offset);
            if (command.text && kind_of(made.error().code) == ErrorKind::malformed) {
                ++counts.malformed;
                return {};
            }
            return text_of(made.error()) + ", line " + std::to_string(place.line) + " column " +
                   std::to_string(place.column) + " of the component";
        }
        if (command.text) return "assembles; expected: " + command.phrase;
        ++counts.components;
        const Bytes expected(file.begin(), file.end());
        const bool identical = std::ranges::equal(*made, expected);
        const bool same = identical || normalised(*made) == normalised(expected);
        counts.identical += identical ? 1 : 0;
        const bool reused = !same && reuses_types(command);
        counts.normalised += !identical && same ? 1 : 0;
        counts.reused += reused ? 1 : 0;
        if (!identical && !dump_.empty()) dump(command, *made, expected);
        const Status verdict = validate(*made);
        const Status other = validate(expected);
        if (verdict.has_value() != other.has_value() ||
            (!verdict && verdict.error().code != other.error().code)) {
            return "our binary: " + (verdict ? "valid" : text_of(verdict.error())) +
                   "; the other: " + (other ? "valid" : text_of(other.error()));
        }
        if (verdict.has_value() == (malformed || invalid)) return "verdict: " + command.phrase;
        counts.invalid += invalid ? 1 : 0;
        return same || reused ? "" : "another binary";
    }

    /// Whether a component has a type of a core module with function types in place that are the
    /// same: they are one type here, as in a module, and the other assembler defines each.
    static bool reuses_types(const ComponentCommand& command)
    {
        constexpr std::string_view components[] = {
            "core-modules.3.wasm",  "core-modules.5.wasm",
            "core-modules.6.wasm",  "core-modules.9.wasm",
            "core-modules.10.wasm", "shared-everything-dynamic-linking.0.wasm",
        };
        return std::ranges::find(components, command.filename) != std::end(components);
    }

    void dump(const ComponentCommand& command, std::span<const uint8_t> made, const Bytes& expected)
    {
        const auto write = [&](const char* extension, std::span<const uint8_t> bytes) {
            std::ofstream out{dump_ / (command.filename + extension), std::ios::binary};
            out.write(reinterpret_cast<const char*>(bytes.data()),
                      static_cast<std::streamsize>(bytes.size()));
        };
        write(".ours", made);
        write(".theirs", expected);
    }

    fs::path dump_;
};

void print(const char* name, const Counts& counts)
{
    std::printf(
        "%s: components %zu: byte for byte %zu, as normalised %zu, but for reused types %zu; "
        "invalid as expected %zu; malformed texts %zu; failed %zu\n",
        name, counts.components, counts.identical, counts.normalised, counts.reused, counts.invalid,
        counts.malformed, counts.failed);
}

int run(const fs::path& scripts, const fs::path& converted, const fs::path& dump)
{
    std::vector<fs::path> files;
    if (fs::exists(scripts) && fs::exists(converted)) {
        for (const auto& entry : fs::recursive_directory_iterator{scripts}) {
            if (entry.path().extension() == ".wast") files.push_back(entry.path());
        }
    }
    if (files.empty()) {
        const char* const ci = std::getenv("CI");
        std::printf("not run: no scripts in %s, or not converted in %s\n", scripts.c_str(),
                    converted.c_str());
        return ci != nullptr && std::string_view{ci} == "true" ? 1 : 77;
    }
    std::ranges::sort(files);
    Suite suite{dump};
    Counts all;
    bool whole = true;
    for (const fs::path& file : files) {
        fs::path json = converted / fs::relative(file, scripts);
        json.replace_extension(".json");
        Counts counts;
        const bool read = suite.file(file, json, counts);
        if (!read) std::printf("%s: not read to its end\n", file.c_str());
        if (!read || counts.failed != 0) print(file.c_str(), counts);
        whole = whole && read && counts.failed == 0;
        all.add(counts);
    }
    print("all", all);
    return whole ? 0 : 1;
}

}  // namespace
}  // namespace wrt::test

int main(int argc, char** argv)
{
    std::vector<std::string> arguments(argv + 1, argv + argc);
    std::string dump;
    if (arguments.size() > 2 && arguments[0] == "--dump") {
        dump = arguments[1];
        arguments.erase(arguments.begin(), arguments.begin() + 2);
    }
    if (arguments.size() != 2) {
        std::fprintf(stderr, "usage: component_text_suite [--dump DIR] SCRIPTS CONVERTED\n");
        return 1;
    }
    if (const char* const wanted = std::getenv("WRT_COMPONENT_SPEC_DIR")) arguments[0] = wanted;
    return wrt::test::run(arguments[0], arguments[1], dump);
}
