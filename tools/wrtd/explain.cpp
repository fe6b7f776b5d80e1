#include "explain.hpp"

#include <array>
#include <memory>

#include <fmt/format.h>

#include <wrt/decoder/decode.hpp>
#include <wrt/decoder/names.hpp>
#include <wrt/decoder/types.hpp>
#include <wrt/foundation/byte_reader.hpp>

#include "decoded.hpp"
#include "exit_code.hpp"
#include "messages.hpp"

namespace wrtd {
namespace {

constexpr std::array<std::string_view, 14> section_names{
    "custom", "type",  "import",  "function", "table", "memory",     "global",
    "export", "start", "element", "code",     "data",  "data count", "tag"};
constexpr uint8_t code_section = 10;

/// ", function 3 $name" when a body of the code section holds `offset`; nothing when the module
/// does not decode so far.
std::string function_at(std::span<const uint8_t> binary, uint32_t offset)
{
    std::string found;
    const wrt::Status decoded =
        with_decoded(binary, wrt::FeatureSet::all(), [&](const wrt::decoder::Module& module) {
            for (size_t i = 0; i < module.bodies.size(); ++i) {
                const wrt::decoder::FunctionBody& body = module.bodies[i];
                if (offset < body.offset || offset - body.offset >= body.size) continue;
                const auto function = static_cast<uint32_t>(module.imported_functions + i);
                found = fmt::format(", function {}", function);
                const std::string_view name = wrt::decoder::function_name(module, function);
                if (!name.empty()) found += fmt::format(" ${}", escaped(name));
            }
        });
    static_cast<void>(decoded);  // then there is just less to say
    return found;
}

}  // namespace

int exit_code_of(const wrt::Error& error, bool timed_out)
{
    using wrt::Errc;
    if (error.code == Errc::out_of_fuel) return exit_out_of_time;
    if (error.code == Errc::interrupted) return timed_out ? exit_out_of_time : exit_interrupted;
    // What the specification calls exhaustion of the call stack is a trap to everyone else.
    if (error.code == Errc::call_stack_exhausted) return exit_trap;
    if (error.code == Errc::host_failure) return exit_trap;
    // All that a parent process can see of a status.
    if (error.code == Errc::host_exit) return static_cast<int>(error.actual & 0xff);
    switch (wrt::kind_of(error.code)) {
    case wrt::ErrorKind::malformed:
    case wrt::ErrorKind::invalid:
    case wrt::ErrorKind::unlinkable:
    case wrt::ErrorKind::unsupported: return exit_not_runnable;
    case wrt::ErrorKind::trap: return exit_trap;
    case wrt::ErrorKind::exhaustion: return exit_over_budget;
    case wrt::ErrorKind::host:
    case wrt::ErrorKind::usage: return exit_failed;
    }
    return exit_failed;
}

std::string error_text(const wrt::Error& error)
{
    return std::string{wrt::describe(error, wrt::write_type_name).view()};
}

std::string_view section_name(uint8_t id)
{
    return id < section_names.size() ? section_names[id] : std::string_view{};
}

std::string place_of(std::span<const uint8_t> binary, uint32_t offset)
{
    if (offset == wrt::no_offset || binary.size() < 8) return {};
    wrt::ByteReader reader{binary};
    if (!reader.skip(8)) return {};
    while (!reader.at_end()) {
        const uint32_t start = reader.offset();
        const auto id = reader.byte();
        const auto size = reader.u32();
        if (!id || !size || *size > reader.remaining()) return {};
        if (offset >= start && offset < reader.offset() + *size) {
            std::string place = fmt::format("{} section", section_name(*id));
            if (section_name(*id).empty()) return fmt::format("section {}", *id);
            if (*id == code_section) place += function_at(binary, offset);
            return place;
        }
        if (!reader.skip(*size)) return {};
    }
    return {};
}

}  // namespace wrtd
