#include <wrt/module.hpp>

#include <algorithm>

#include <wrt/runtime/call.hpp>
#include <wrt/runtime/module.hpp>

namespace wrt {
namespace {

FuncType func_type(const runtime::Module& image, uint32_t type) noexcept
{
    return {image.params(type), image.results(type)};
}

ExternType extern_type(const runtime::Module& image, ExternKind kind, uint32_t index) noexcept
{
    ExternType type;
    type.kind = kind;
    switch (kind) {
    case ExternKind::func: type.func = func_type(image, image.functions[index].type); break;
    case ExternKind::table: type.table = image.tables[index].type; break;
    case ExternKind::memory: type.memory = image.memories[index]; break;
    case ExternKind::global: type.global = image.globals[index].type; break;
    case ExternKind::tag: type.func = func_type(image, image.tags[index]); break;
    }
    return type;
}

}  // namespace

size_t Module::import_count() const noexcept
{
    return image_->imports.size();
}

ImportType Module::import(size_t index) const noexcept
{
    const runtime::Import& import = image_->imports[index];
    return {import.module, import.name, extern_type(*image_, import.kind, import.index)};
}

size_t Module::export_count() const noexcept
{
    return image_->exports.size();
}

ExportType Module::export_at(size_t index) const noexcept
{
    const runtime::Export& found = image_->exports[index];
    return {found.name, extern_type(*image_, found.kind, found.index)};
}

std::optional<ExternType> Module::find_export(std::string_view name) const noexcept
{
    const auto name_of = [this](uint32_t index) { return image_->exports[index].name; };
    const auto found = std::ranges::lower_bound(image_->export_order, name, {}, name_of);
    if (found == image_->export_order.end() || name_of(*found) != name) return std::nullopt;
    const runtime::Export& named = image_->exports[*found];
    return extern_type(*image_, named.kind, named.index);
}

bool Module::has_start() const noexcept
{
    return image_->start != runtime::no_function;
}

uint32_t Module::function_count() const noexcept
{
    return static_cast<uint32_t>(image_->functions.size());
}

std::string_view Module::function_name(uint32_t function) const noexcept
{
    const std::string_view written = runtime::function_name(*image_, function);
    if (!written.empty()) return written;
    for (const runtime::Export& named : image_->exports) {
        if (named.kind == ExternKind::func && named.index == function) return named.name;
    }
    return {};
}

}  // namespace wrt
