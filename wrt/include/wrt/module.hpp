// Module: a decoded, validated and translated binary, and what can be read off it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include <wrt/decoder/types.hpp>

namespace wrt {

namespace runtime {
struct Module;
}

/// The type of a function. The views lie in the module.
struct FuncType {
    std::span<const ValType> params;
    std::span<const ValType> results;
};

/// The type of anything that can be imported or exported; the member that `kind` names is set.
struct ExternType {
    ExternKind kind = ExternKind::func;
    FuncType func;  ///< Also a tag's.
    TableType table;
    MemoryType memory;
    GlobalType global;
};

struct ImportType {
    std::string_view module;
    std::string_view name;
    ExternType type;
};

struct ExportType {
    std::string_view name;
    ExternType type;
};

/// A module in an engine's arena. A handle of one pointer: copy it freely, share it between threads
/// and stores; it is valid as long as the scope it was loaded in, or the engine.
class Module {
public:
    explicit Module(const runtime::Module& image) noexcept : image_{&image} {}

    [[nodiscard]] size_t import_count() const noexcept;
    [[nodiscard]] ImportType import(size_t index) const noexcept;
    [[nodiscard]] size_t export_count() const noexcept;
    [[nodiscard]] ExportType export_at(size_t index) const noexcept;
    /// Logarithmic.
    [[nodiscard]] std::optional<ExternType> find_export(std::string_view name) const noexcept;

    /// Whether it has a start function, which instantiation runs.
    [[nodiscard]] bool has_start() const noexcept;
    /// Functions of the function index space, imports included.
    [[nodiscard]] uint32_t function_count() const noexcept;
    /// What the name section calls a function, else the name of an export of it, else empty. Reads
    /// the section anew each time: for messages.
    [[nodiscard]] std::string_view function_name(uint32_t function) const noexcept;

    [[nodiscard]] const runtime::Module& image() const noexcept { return *image_; }

private:
    const runtime::Module* image_;
};

}  // namespace wrt
