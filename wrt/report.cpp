#include <wrt/report.hpp>

#include <array>

#include <wrt/decoder/types.hpp>

namespace wrt {

void write_report(const Store& store, const Error& error, TextSink& sink,
                  size_t max_frames) noexcept
{
    sink.append(describe(error, write_type_name).view());
    if (error.code == Errc::host_failure && !store.host_message().empty()) {
        sink.append(": ").append_escaped(store.host_message());
    }
    // Other errors come from outside of a call, and the frames would be those of an earlier one.
    const ErrorKind kind = kind_of(error.code);
    if (kind != ErrorKind::trap && kind != ErrorKind::exhaustion && kind != ErrorKind::host) return;

    std::array<Frame, 64> frames;
    const size_t total = store.backtrace(frames);
    const size_t shown = std::min({total, frames.size(), max_frames});
    for (size_t i = 0; i < shown; ++i) {
        const Frame& frame = frames[i];
        const std::string_view name = frame.module().function_name(frame.function);
        sink.append("\n  ").append_decimal(i).append(": ");
        if (!name.empty()) sink.append_escaped(name).append(' ');
        sink.append("(function ").append_decimal(frame.function).append(") at ");
        sink.append_hex(frame.offset);
    }
    if (total > shown) sink.append("\n  and ").append_decimal(total - shown).append(" more");
}

FixedText<4096> report(const Store& store, const Error& error) noexcept
{
    std::array<char, 4096> buffer;
    TextSink sink{buffer};
    write_report(store, error, sink);
    return FixedText<4096>{sink.view()};
}

}  // namespace wrt
