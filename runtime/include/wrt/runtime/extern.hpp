// Extern: something that can be imported and exported (the specification's external
// address, 4.2.11).
#pragma once

#include <string_view>

#include <wrt/runtime/instance.hpp>

namespace wrt::runtime {

/// A function, table, memory, global or tag instance, or nothing.
struct Extern {
    ExternKind kind = ExternKind::func;
    union {
        FuncInstance* func = nullptr;
        TableInstance* table;
        MemoryInstance* memory;
        GlobalInstance* global;
        TagInstance* tag;
    };

    constexpr Extern() noexcept = default;
    constexpr Extern(FuncInstance* instance) noexcept : kind(ExternKind::func), func(instance) {}
    constexpr Extern(TableInstance* instance) noexcept : kind(ExternKind::table), table(instance) {}
    constexpr Extern(MemoryInstance* instance) noexcept : kind(ExternKind::memory), memory(instance)
    {
    }
    constexpr Extern(GlobalInstance* instance) noexcept : kind(ExternKind::global), global(instance)
    {
    }
    constexpr Extern(TagInstance* instance) noexcept : kind(ExternKind::tag), tag(instance) {}

    [[nodiscard]] explicit operator bool() const noexcept
    {
        switch (kind) {
        case ExternKind::func: return func != nullptr;
        case ExternKind::table: return table != nullptr;
        case ExternKind::memory: return memory != nullptr;
        case ExternKind::global: return global != nullptr;
        case ExternKind::tag: return tag != nullptr;
        }
        return false;
    }
};

/// What `instance` exports under `name`, or nothing. Logarithmic in the number of exports.
Extern find_export(const ModuleInstance& instance, std::string_view name) noexcept;

/// The export at `index` of the module's list.
Extern export_at(const ModuleInstance& instance, uint32_t index) noexcept;

}  // namespace wrt::runtime
