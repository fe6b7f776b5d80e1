#include "exception_package.hpp"

#include <algorithm>

#include <wrt/runtime/heap.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

namespace {

/// Of every operation that can throw: a throw, or a call of the host that did.
constexpr int throwing_words = 3;

}  // namespace

Result<Ref> make_exception_package(Execution& execution, const Cell* pc, Slot* frame) noexcept
{
    const Exception& exception = execution.exception;
    TagInstance* const tag = exception.tag;
    const uint64_t bytes = exception_bytes(tag->slots);
    const uint64_t header = Object::header_of(ObjectKind::exception, tag->type, tag->slots);
    Object* package = execution.heap->bump(bytes);
    if (package != nullptr) {
        package->header = header;
    } else {
        package = allocate_slow(execution, pc + throwing_words - 1, frame, header, bytes);
        if (package == nullptr) return Error{.code = Errc::gc_heap_exhausted};
    }
    package->tag() = tag;
    // Where they are now: a collection has brought the references among them up to date.
    std::copy_n(exception.values, tag->slots, package->payload());
    return Ref::object(package);
}

Exception exception_of(Ref ref) noexcept
{
    Object* const package = ref.as_object();
    return {.tag = package->tag(), .values = package->payload(), .package = ref};
}

}  // namespace wrt::runtime
