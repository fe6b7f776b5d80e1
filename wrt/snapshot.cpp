#include <wrt/snapshot.hpp>

#include <algorithm>

#include <wrt/runtime/module.hpp>
#include <wrt/runtime/snapshot.hpp>

#include "state.hpp"

namespace wrt {

Status write_snapshot(Store& store, ByteSink sink, std::span<const uint8_t> host) noexcept
{
    WRT_CHECK(store.status());
    runtime::Store& inner = *store.state().store;
    // Before anything is written: whether it can be.
    ByteWriter nowhere;
    WRT_CHECK(runtime::write_snapshot(inner, nowhere));
    SectionFileWriter file{snapshot_kind, sink};
    uint32_t count = 0;
    for (auto* instance = inner.newest_instance(); instance != nullptr; instance = instance->older)
        ++count;
    for (; count != 0; --count) {
        const runtime::ModuleInstance* instance = inner.newest_instance();
        for (uint32_t i = 1; i < count; ++i)
            instance = instance->older;
        WRT_CHECK(file.section(Snapshot::module_section, instance->module->binary));
    }
    WRT_CHECK(file.section(Snapshot::state_section,
                           [&](ByteWriter& to) { return runtime::write_snapshot(inner, to); }));
    WRT_CHECK(file.section(Snapshot::host_section, host));
    WRT_CHECK(file.finish());
    return ok();
}

Result<Snapshot> Snapshot::open(std::span<const uint8_t> bytes) noexcept
{
    WRT_TRY(const SectionFile file,
            SectionFile::open(snapshot_kind, bytes, Errc::malformed_snapshot));
    if (file.count(state_section) != 1) return Error{.code = Errc::malformed_snapshot};
    return Snapshot{file};
}

Status Snapshot::restore(Store& store) const noexcept
{
    WRT_CHECK(store.status());
    WRT_CHECK(detail::share_budget(store.state()));
    return runtime::read_snapshot(*store.state().store, *file_.section(state_section));
}

bool is_stopped(Store& store) noexcept
{
    return store.status() && runtime::is_stopped(store.state().execution());
}

FuncType stopped_type(Store& store) noexcept
{
    const auto& type = store.state().type_of(runtime::stopped_function(store.state().execution()));
    return {type.params(), type.results()};
}

Status resume(Store& store, std::span<Value> results) noexcept
{
    if (!is_stopped(store)) return Error{.code = Errc::snapshot_not_stopped};
    const FuncType type = stopped_type(store);
    if (results.size() < type.results.size()) {
        return Error{.code = Errc::invalid_argument,
                     .detail = Detail::count,
                     .expected = saturate_u32(type.results.size()),
                     .actual = saturate_u32(results.size())};
    }
    runtime::Slot window[size_t{2} * limits::results];
    WRT_CHECK(runtime::resume(store.state().execution(), window));
    const runtime::Slot* slot = window;
    for (size_t i = 0; i < type.results.size(); ++i) {
        results[i] = detail::take_value(type.results[i], slot);
        slot += runtime::slots_of(type.results[i]);
    }
    return ok();
}

void set_reserve(Store& store, uint64_t fuel) noexcept
{
    if (store.status())
        store.state().execution().reserve =
            static_cast<int64_t>(std::min<uint64_t>(fuel, INT64_MAX / 2));
}

uint64_t reserve(Store& store) noexcept
{
    return store.status() ? static_cast<uint64_t>(store.state().execution().reserve) : 0;
}

}  // namespace wrt
