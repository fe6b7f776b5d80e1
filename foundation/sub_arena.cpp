#include <wrt/foundation/sub_arena.hpp>

#include <new>

namespace wrt {

Result<SubArena*> SubArena::make(Arena& outer, size_t bytes, Account account) noexcept
{
    const AllocResult place =
        outer.try_allocate(End::retained, sizeof(SubArena), alignof(SubArena), account);
    if (!place) return place.error;
    Backing backing;
    if (outer.is_reserved()) {
        WRT_TRY(backing, Backing::reserve(bytes));
    } else {
        const AllocResult block =
            outer.try_allocate(End::retained, bytes, Backing::alignment, account);
        if (!block) return block.error;
        backing = Backing::over({static_cast<std::byte*>(block.pointer), bytes});
    }
    auto* const made = new (place.pointer) SubArena{outer, std::move(backing), account};
    if (const Status noted = outer.on_release(&SubArena::end, made); !noted) {
        made->~SubArena();
        return noted.error();
    }
    return made;
}

Status SubArena::settle() noexcept
{
    if (!arena_.is_reserved()) return ok();
    if (arena_.committed() < charged_) {
        outer_->discharge_external(account_, charged_ - arena_.committed());
    } else {
        WRT_CHECK(outer_->charge_external(account_, arena_.committed() - charged_));
    }
    charged_ = arena_.committed();
    return ok();
}

void SubArena::end(void* sub_arena) noexcept
{
    auto* const self = static_cast<SubArena*>(sub_arena);
    self->arena_.adopt();
    self->outer_->discharge_external(self->account_, self->charged_);
    self->~SubArena();
}

}  // namespace wrt
