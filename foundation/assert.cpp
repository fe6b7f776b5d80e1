// How our own mistakes end: a line on standard error, then abort. Nothing here allocates.
#include <wrt/foundation/assert.hpp>

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include <wrt/foundation/result.hpp>
#include <wrt/foundation/text.hpp>

namespace wrt {

namespace {

void print(std::string_view text) noexcept
{
    while (!text.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written <= 0) return;
        text.remove_prefix(static_cast<size_t>(written));
    }
}

}  // namespace

void assertion_failed(const char* expression, const char* file, int line) noexcept
{
    char buffer[512];
    TextSink sink{buffer};
    sink.append(file).append(':').append_decimal(static_cast<uint64_t>(line));
    sink.append(": assertion failed: ").append(expression).append('\n');
    print(sink.view());
    std::abort();
}

void no_value(const Error& error) noexcept
{
    print("value() of an error: ");
    print(describe(error));
    print("\n");
    std::abort();
}

}  // namespace wrt
