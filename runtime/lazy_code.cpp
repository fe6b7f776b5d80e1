#include "lazy_code.hpp"

#include <algorithm>

#include <wrt/decoder/decode.hpp>
#include <wrt/decoder/validate_function.hpp>
#include <wrt/runtime/value.hpp>

#include "code_block.hpp"
#include "translator_steps.hpp"

namespace wrt::runtime {

namespace {

/// In a reserved arena, far more than the code of any sensible module needs: it costs nothing. In
/// a fixed one a quarter of what is left.
size_t default_cache_bytes(const decoder::Module& syntax, const Arena& arena) noexcept
{
    if (!arena.is_reserved()) return arena.available() / 4;
    constexpr size_t per_code_byte = 64;
    constexpr size_t base_bytes = size_t{64} << 20;
    size_t code = 0;
    for (const decoder::FunctionBody& body : syntax.bodies)
        code += body.size;
    return base_bytes + per_code_byte * code;
}

}  // namespace

Status LazyCode::open(const decoder::Module& syntax, Arena& arena, Module& module,
                      const TranslateOptions& options, size_t cache_bytes) noexcept
{
    const uint32_t count = module.functions.size() - module.imported_functions;
    if (count == 0) return ok();
    WRT_TRY(const decoder::Module* const kept,
            decoder::keep_for_bodies(syntax, arena, End::retained));
    const size_t bytes = cache_bytes != 0 ? cache_bytes : default_cache_bytes(syntax, arena);
    WRT_TRY(SubArena* const cache, SubArena::make(arena, bytes, Account::code));
    WRT_TRY(LazyCode* const made,
            arena.make<LazyCode>(End::retained, Account::code, *kept, module, *cache, options));
    WRT_TRY(made->stubs, static_vector<Cell>::make(arena, End::retained, Account::code, count));
    WRT_TRY(made->code_order,
            static_vector<uint32_t>::make(arena, End::retained, Account::code, count));
    for (uint32_t i = 0; i < count; ++i) {
        made->stubs.push_back_unchecked(Cell{reinterpret_cast<uint64_t>(stub_handler())});
        Function& function = module.functions[module.imported_functions + i];
        function.window = static_cast<uint16_t>(std::max(slots_of(module.params(function.type)),
                                                         slots_of(module.results(function.type))));
    }
    module.lazy = made;
    return ok();
}

size_t LazyCode::capacity() const noexcept
{
    return cache_->enter().capacity();
}

Result<const Cell*> LazyCode::translate(uint32_t index) noexcept
{
    if (module_->functions[index].code != 0) return module_->entry_of(index);

    Arena& cache = cache_->enter();
    const uint32_t cells = module_->code.size();
    Status status = translate_in(cache, index);
    if (status) status = cache_->settle();
    if (!status) {
        forget(cache, index, cells);
        cache.trim();
        (void)cache_->settle();  // that less is held is never refused
        Error error = status.error();
        if (error.code == Errc::arena_exhausted || error.code == Errc::budget_exceeded)
            error.code = Errc::code_cache_exhausted;
        error.account = Account::code;
        return error;
    }
    return module_->entry_of(index);
}

Status LazyCode::translate_in(Arena& cache, uint32_t index) noexcept
{
    WRT_TRY(ScopeGuard scope, cache.enter(LibraryId::runtime, "translate",
                                          cache.full_budget(LibraryId::runtime), End::scratch));
    decoder::ValidatorScratch validator{cache};
    Translator translator{*syntax_, *module_, cache, options_};
    WRT_CHECK(decoder::validate_function(*syntax_, index, validator, translator));
    CodeBlock code{cache, *module_};
    if (module_->code.empty()) {
        WRT_CHECK(code.open());
        code.close();
    }
    WRT_CHECK(code.add(index, translator));
    code.close();
    code_order.push_back_unchecked(index);
    return scope.exit();
}

/// Undoes what was done to translate the function since the code had `cells` cells.
void LazyCode::forget(Arena& cache, uint32_t index, uint32_t cells) noexcept
{
    const uint32_t now = module_->code.size();
    if (now == cells) return;
    Cell* const code = module_->code.data();
    const bool shrunk =
        cells == 0 ? cache.give_back(End::retained, code, now * sizeof(Cell), Account::code)
                   : cache.try_extend(End::retained, code, now * sizeof(Cell), cells * sizeof(Cell),
                                      Account::code);
    WRT_ASSERT(shrunk);  // code is the only thing at this end
    (void)shrunk;
    module_->code = static_vector<Cell>::of({code, cells});
    if (module_->functions[index].code == 0) return;
    module_->functions[index].code = 0;
    code_order.pop_back();
}

}  // namespace wrt::runtime
