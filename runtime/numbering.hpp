// Numbering: what a snapshot calls the things of a store. See wrt/runtime/snapshot.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <wrt/foundation/arena.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/extern.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

class Numbering {
public:
    /// Of all that the instances of `store` hold, on the retained end of its arena. Linear in that,
    /// but for imports from the host, which are compared with each other.
    static Result<Numbering> make(Store& store) noexcept;

    [[nodiscard]] std::span<ModuleInstance* const> instances() const noexcept { return instances_; }
    /// In the order in which instances meet them.
    [[nodiscard]] std::span<MemoryInstance* const> memories() const noexcept { return memories_; }
    [[nodiscard]] std::span<TableInstance* const> tables() const noexcept { return tables_; }
    /// Those that no instance defines.
    [[nodiscard]] std::span<GlobalInstance* const> host_globals() const noexcept
    {
        return host_globals_;
    }

    [[nodiscard]] std::optional<uint32_t> of(const ModuleInstance* instance) const noexcept;
    /// A function of the host has the number of its first import; none where it has none.
    [[nodiscard]] std::optional<uint32_t> of(const FuncInstance* func) const noexcept;
    [[nodiscard]] std::optional<uint32_t> of(const TagInstance* tag) const noexcept;
    /// A structure or array type.
    [[nodiscard]] std::optional<uint32_t> of_type(TypeId type) const noexcept;
    /// What import `index` of an instance got, by its kind.
    [[nodiscard]] uint32_t of_import(const ModuleInstance& instance, uint32_t index) const noexcept;

    // Null, or no_index, where there is no such number.

    [[nodiscard]] FuncInstance* func(uint32_t number) const noexcept;
    [[nodiscard]] TagInstance* tag(uint32_t number) const noexcept;
    [[nodiscard]] TypeId type(uint32_t number) const noexcept;

private:
    /// Of an instance: the numbers of its first function, tag and type.
    struct Bases {
        uint32_t functions = 0;
        uint32_t tags = 0;
        uint32_t types = 0;
    };

    /// Of the instance that a number falls to.
    [[nodiscard]] uint32_t owner(uint32_t number, uint32_t Bases::* base) const noexcept;
    [[nodiscard]] bool is_own_global(const GlobalInstance* global, uint32_t& number) const noexcept;

    std::span<ModuleInstance*> instances_;
    std::span<Bases> bases_;  ///< One more than there are instances.
    std::span<MemoryInstance*> memories_;
    std::span<TableInstance*> tables_;
    std::span<GlobalInstance*> host_globals_;
    std::span<uint32_t> types_;  ///< By type id: its first number, or no_index.
};

}  // namespace wrt::runtime
