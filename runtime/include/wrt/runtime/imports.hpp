// Where imports come from: tables of names that the host fills, and instances offered under a name.
#pragma once

#include <span>
#include <string_view>

#include <wrt/foundation/result.hpp>
#include <wrt/runtime/extern.hpp>
#include <wrt/runtime/hash_trie.hpp>
#include <wrt/runtime/keyed_hash.hpp>

namespace wrt::runtime {

/// Answers what an import is.
class ImportProvider {
public:
    /// The thing that module `module` offers as `name`, or nothing.
    virtual Extern find(std::string_view module, std::string_view name) const noexcept = 0;

protected:
    ~ImportProvider() = default;
};

/// Imports by name. A later definition of a name hides the earlier one. Names and nodes lie on the
/// retained end of the store's arena: `Store::names()` forgets what was defined in a scope that is
/// left, other tables must not be used any more then. Trivially destructible.
class ImportTable final : public ImportProvider {
public:
    /// What this table does not know, `next` is asked for.
    explicit ImportTable(Store& store, const ImportProvider* next = nullptr) noexcept
        : store_(&store), next_(next)
    {
    }

    Extern find(std::string_view module, std::string_view name) const noexcept override;

    Status define(std::string_view module, std::string_view name, Extern value) noexcept;

    /// A host function of the type [params] -> [results].
    Status define_function(std::string_view module, std::string_view name,
                           std::span<const ValType> params, std::span<const ValType> results,
                           HostFunction function, void* context = nullptr) noexcept;

    /// Everything `instance` exports, under the module name `module`, now and in one step.
    Status define_instance(std::string_view module, const ModuleInstance& instance) noexcept;

    /// The instance that was defined as `module`, or null.
    const ModuleInstance* find_instance(std::string_view module) const noexcept;

private:
    struct Entry;

public:
    /// The newest definition. Rewinding forgets the later ones; do it when the arena is rewound.
    using Mark = Entry*;
    Mark mark() const noexcept { return entries_.newest(); }
    void rewind(Mark mark) noexcept { entries_.rewind(mark); }

private:
    struct Entry : TrieNode<Entry> {
        std::string_view module;
        std::string_view name;
        Extern value;                              ///< Of an entry with a name.
        const ModuleInstance* instance = nullptr;  ///< Of an entry for a whole module.
    };

    uint64_t hash_of(std::string_view module, std::string_view name, bool whole) const noexcept;
    Result<Entry*> entry(std::string_view module, std::string_view name, bool whole) noexcept;
    const Entry* get(std::string_view module, std::string_view name, bool whole) const noexcept;

    Store* store_;
    const ImportProvider* next_;
    HashTrie<Entry> entries_;
};

}  // namespace wrt::runtime
