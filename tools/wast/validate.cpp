#include "validate.hpp"

#include <wrt/decoder/decode.hpp>
#include <wrt/foundation/arena.hpp>

namespace wrt::wast {
namespace {

/// Memory for one module at a time, of which nothing is left behind.
Result<Arena*> scratch_arena()
{
    static thread_local Result<Backing> backing = Backing::reserve(size_t{4} << 30);
    if (!backing) return backing.error();
    static thread_local Arena arena{std::move(*backing)};
    return &arena;
}

}  // namespace

Status validate(std::span<const uint8_t> binary, FeatureSet features)
{
    WRT_TRY(Arena* const arena, scratch_arena());
    decoder::DecodeOptions options;
    options.features = features;
    return decoder::decode_module_streaming(binary, *arena, options,
                                            [](const decoder::Module&) { return ok(); });
}

}  // namespace wrt::wast
