#include <wrt/exception.hpp>

#include <wrt/decoder/names.hpp>
#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/module.hpp>

#include "state.hpp"

namespace wrt {

FuncType Tag::type() const noexcept
{
    const runtime::RegisteredType& type = state_->store->types()[tag_->type];
    return {type.params(), type.results()};
}

std::optional<Module> Tag::module() const noexcept
{
    if (tag_->instance == nullptr) return std::nullopt;
    return Module{*tag_->instance->module};
}

uint32_t Tag::index() const noexcept
{
    return tag_->index;
}

std::string_view Tag::name() const noexcept
{
    if (tag_->instance == nullptr) return {};
    const runtime::Module& image = *tag_->instance->module;
    decoder::NameReader names{image.names, decoder::NameReader::Kind::tags};
    decoder::NameReader::Entry entry;
    while (names.next(entry)) {
        if (entry.index == tag_->index) return entry.name;
    }
    for (const runtime::Export& named : image.exports) {
        if (named.kind == ExternKind::tag && named.index == tag_->index) return named.name;
    }
    return {};
}

Tag Exception::tag() const noexcept
{
    return Tag{*state_, *exception_->tag};
}

size_t Exception::size() const noexcept
{
    return tag().type().params.size();
}

Value Exception::value(size_t index) const noexcept
{
    const std::span<const ValType> params = tag().type().params;
    WRT_ASSERT(index < params.size());
    return detail::take_value(params[index],
                              exception_->values + runtime::slots_of(params.first(index)));
}

}  // namespace wrt
