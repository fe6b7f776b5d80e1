#include "exception_package.hpp"

#include <algorithm>

#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

namespace {

struct Package {
    TagInstance* tag;
};

}  // namespace

Result<Ref> make_exception_package(Execution& execution, const Cell*, Slot*) noexcept
{
    const Exception& exception = execution.exception;
    const uint32_t slots = exception.tag->slots;
    const AllocResult place = execution.store->arena().try_allocate(
        End::retained, sizeof(Package) + slots * sizeof(Slot), alignof(Slot), Account::instance);
    if (!place) return Error{.code = Errc::gc_heap_exhausted};
    auto* const package = static_cast<Package*>(place.pointer);
    package->tag = exception.tag;
    std::copy_n(exception.values, slots, reinterpret_cast<Slot*>(package + 1));
    return Ref{reinterpret_cast<uint64_t>(package)};
}

Exception exception_of(Ref ref) noexcept
{
    auto* const package = reinterpret_cast<Package*>(ref.bits);
    return {
        .tag = package->tag, .values = reinterpret_cast<const Slot*>(package + 1), .package = ref};
}

}  // namespace wrt::runtime
