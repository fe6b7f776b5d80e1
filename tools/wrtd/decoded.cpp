#include "decoded.hpp"

#include <wrt/foundation/arena.hpp>

namespace wrtd {

wrt::Status with_decoded(std::span<const uint8_t> binary, wrt::FeatureSet features,
                         const std::function<void(const wrt::decoder::Module&)>& look,
                         bool validate_bodies)
{
    WRT_TRY(wrt::Backing backing, wrt::Backing::reserve(size_t{4} << 30));
    wrt::Arena arena{std::move(backing)};
    wrt::decoder::DecodeOptions options;
    options.defer_bodies = !validate_bodies;
    options.features = features;
    return wrt::decoder::decode_module_streaming(binary, arena, options,
                                                 [&look](const wrt::decoder::Module& module) {
                                                     look(module);
                                                     return wrt::ok();
                                                 });
}

}  // namespace wrtd
