// Listed among a test executable's sources: any pmr container that was not given a resource fails
// loudly.
#include <memory_resource>

namespace {

[[maybe_unused]] std::pmr::memory_resource* const previous =
    std::pmr::set_default_resource(std::pmr::null_memory_resource());

}  // namespace
