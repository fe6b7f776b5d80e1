// The grammar of component names, and when two of them are too much alike.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions
#pragma once

#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/siphash.hpp>

#include <cstdint>
#include <string_view>

namespace wrt::decoder {

/// `label`: fragments of one case each, joined by single dashes, the first one beginning with a
/// letter.
bool is_label(std::string_view text);
/// `words`: a label in lower case.
bool is_words(std::string_view text);
/// A version as https://semver.org has it.
bool is_semver(std::string_view text);

/// A name of an import or export (`externname`), taken apart.
struct ExternName {
    enum class Form : uint8_t { invalid, label, constructor, method, static_, interface };

    Form form = Form::invalid;
    std::string_view resource;  ///< Of a constructor, method or static function.
    std::string_view version;   ///< Of an interface, behind the `@`; empty without.
};
ExternName parse_extern_name(std::string_view text);
/// `canonversion`: a version cut behind its first number that is not zero.
bool is_canonical_version(std::string_view text);

/// Names of which no two may be alike in their scope, and what they stand for. A scope is any
/// number that was not used before; scopes need not be ended.
class NameTable {
public:
    enum class Mode : uint8_t {
        exact,        ///< Byte by byte.
        label,        ///< Without regard to case.
        extern_name,  ///< Strongly unique: without regard to case or to `[method]` and `[static]`.
    };

    NameTable(Arena& arena, const uint64_t (&key)[2])
        : entries_{arena}, places_{arena}, key_{.low = key[0], .high = key[1]}
    {
    }

    /// A number for a scope of names.
    uint32_t new_scope() { return next_scope_++; }
    /// Errc::invalid_argument never leaves this class: false when the scope has a name like it.
    Result<bool> insert(uint32_t scope, Mode mode, std::string_view name, uint32_t value = 0);
    Result<bool> insert(uint32_t scope, std::string_view module, std::string_view name);
    /// What stands for the name, or no value.
    const uint32_t* find(uint32_t scope, Mode mode, std::string_view name) const;

private:
    struct Entry {
        std::string_view module;
        std::string_view name;
        uint64_t hash;
        uint32_t scope;
        uint32_t value;
        Mode mode;
        bool constructor;
    };

    Entry make_entry(uint32_t scope, Mode mode, std::string_view module, std::string_view name,
                     uint32_t value) const;
    Result<bool> insert_entry(const Entry& entry);
    uint32_t place_of(const Entry& entry) const;
    static bool alike(const Entry& left, const Entry& right);
    Status grow();

    GrowingStack<Entry> entries_;
    GrowingStack<uint32_t> places_;
    SipKey key_;
    uint32_t next_scope_ = 0;
};

}  // namespace wrt::decoder
