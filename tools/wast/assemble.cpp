#include "assemble.hpp"

#include <wrt/foundation/arena.hpp>
#include <wrt/text/assemble.hpp>

namespace wrt::wast {

Result<std::vector<uint8_t>> assemble(std::string_view source)
{
    static thread_local Result<Backing> backing = Backing::reserve(size_t{64} << 30);
    if (!backing) return backing.error();
    static thread_local Arena arena{std::move(*backing)};
    WRT_TRY(const ScopeGuard scope, arena.enter(LibraryId::verification_tool, "assemble",
                                                arena.available(), End::retained));
    WRT_TRY(const std::span<const uint8_t> binary, text::assemble(source, arena));
    return std::vector<uint8_t>{binary.begin(), binary.end()};
}

}  // namespace wrt::wast
