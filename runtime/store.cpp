// The store, and what the host adds to it.
#include <wrt/runtime/store.hpp>

#include <algorithm>
#include <new>
#include <utility>

#include "open.hpp"

namespace wrt::runtime {
namespace {

constexpr size_t largest_default_stack_bytes = size_t{8} << 20;

/// Slots of the stack when nobody said how many.
uint32_t default_stack_slots(const Arena& arena) noexcept
{
    return static_cast<uint32_t>(std::min(arena.available() / 8, largest_default_stack_bytes) /
                                 sizeof(Slot));
}

/// Bytes of the heap when nobody said how many.
uint64_t default_heap_size(const Arena& arena) noexcept
{
    return arena.is_reserved() ? largest_default_heap : arena.available() / 32;
}

Status check_arity(std::span<const ValType> params, std::span<const ValType> results) noexcept
{
    if (params.size() > limits::params) return Error{.code = Errc::too_many_params};
    if (results.size() > limits::results) return Error{.code = Errc::too_many_results};
    return ok();
}

}  // namespace

Store::Store(Arena& arena, const StoreOptions& options) noexcept
    : arena_(arena),
      options_(options),
      home_(Home::innermost(arena, 1)),
      types_(options.hash_key),
      names_(*this)
{
}

Result<Store*> Store::make(Arena& arena, const StoreOptions& options) noexcept
{
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::runtime, "store",
                                          arena.full_budget(LibraryId::runtime), End::retained));
    const AllocResult place =
        arena.try_allocate(End::retained, sizeof(Store), alignof(Store), Account::instance);
    if (!place) return place.error;
    Store* const store = new (place.pointer) Store(arena, options);

    const uint32_t slots =
        options.limits.stack_slots != 0 ? options.limits.stack_slots : default_stack_slots(arena);
    WRT_TRY(const std::span<Slot> stack,
            arena.make_uninitialized_array<Slot>(End::retained, Account::stack, slots));
    init_execution(store->execution_, *store, stack);
    const uint64_t heap_bytes = options.limits.heap_bytes != default_heap_bytes
                                    ? options.limits.heap_bytes
                                    : default_heap_size(arena);
    WRT_CHECK(store->heap_.open(arena, heap_bytes, options.collect_always));
    // Handles may outlive the store.
    WRT_CHECK(arena.on_release([](void* rooted) { static_cast<RootedList*>(rooted)->detach(); },
                               &store->rooted_));
    scope.commit();
    return store;
}

Result<FuncInstance*> Store::make_function(std::span<const ValType> params,
                                           std::span<const ValType> results, HostFunction function,
                                           void* context) noexcept
{
    WRT_CHECK(check_arity(params, results));
    WRT_TRY(Transaction transaction, Transaction::begin(*this, "make_function"));
    WRT_TRY(const TypeId type, types_.intern_function(arena_, params, results));
    WRT_TRY(FuncInstance* const func, arena_.make<FuncInstance>(End::retained, Account::host));
    func->type = type;
    func->store = this;
    func->param_slots = static_cast<uint16_t>(slots_of(params));
    func->result_slots = static_cast<uint16_t>(slots_of(results));
    func->host = function;
    func->context = context;
    WRT_CHECK(transaction.prepare());
    transaction.commit();
    return func;
}

Result<GlobalInstance*> Store::make_global(GlobalType type, const Value& value) noexcept
{
    if (!types_.is_subtype(value.type, type.type)) {
        return Error{.code = Errc::signature_mismatch,
                     .detail = Detail::types,
                     .expected = type.type.bits(),
                     .actual = value.type.bits()};
    }
    WRT_TRY(Transaction transaction, Transaction::begin(*this, "make_global"));
    WRT_TRY(GlobalInstance* const global,
            arena_.make<GlobalInstance>(End::retained, Account::host));
    WRT_TRY(const std::span<Slot> slots,
            arena_.make_array<Slot>(End::retained, Account::globals, slots_of(type.type)));
    store_value(value, slots.data());
    global->value = slots.data();
    global->type = type;
    global->store = this;
    add(*global);
    WRT_CHECK(transaction.prepare());
    transaction.commit();
    return global;
}

Result<TableInstance*> Store::make_table(const TableType& type, Ref init) noexcept
{
    WRT_TRY(Transaction transaction, Transaction::begin(*this, "make_table"));
    WRT_TRY(TableInstance* const table, arena_.make<TableInstance>(End::retained, Account::host));
    WRT_CHECK(open_table(*table, *this, type, init));
    WRT_CHECK(transaction.prepare());
    transaction.commit();
    return table;
}

Result<MemoryInstance*> Store::make_memory(const MemoryType& type) noexcept
{
    WRT_TRY(Transaction transaction, Transaction::begin(*this, "make_memory"));
    WRT_TRY(MemoryInstance* const memory,
            arena_.make<MemoryInstance>(End::retained, Account::host));
    WRT_CHECK(open_memory(*memory, *this, type));
    WRT_CHECK(transaction.prepare());
    transaction.commit();
    return memory;
}

Result<MemoryInstance*> Store::make_memory(SharedMemory& shared) noexcept
{
    WRT_TRY(Transaction transaction, Transaction::begin(*this, "make_memory"));
    WRT_TRY(MemoryInstance* const memory,
            arena_.make<MemoryInstance>(End::retained, Account::host));
    attach_memory(*memory, *this, shared);
    WRT_CHECK(transaction.prepare());
    transaction.commit();
    return memory;
}

Result<TagInstance*> Store::make_tag(std::span<const ValType> params) noexcept
{
    WRT_CHECK(check_arity(params, {}));
    WRT_TRY(Transaction transaction, Transaction::begin(*this, "make_tag"));
    WRT_TRY(const TypeId type, types_.intern_function(arena_, params, {}));
    WRT_TRY(TagInstance* const tag, arena_.make<TagInstance>(End::retained, Account::host));
    tag->type = type;
    tag->slots = slots_of(params);
    tag->store = this;
    WRT_CHECK(transaction.prepare());
    transaction.commit();
    return tag;
}

bool Store::charge_memory(uint64_t bytes) noexcept
{
    if (bytes > limits().memory_bytes - memory_bytes_) return false;
    memory_bytes_ += bytes;
    return true;
}

bool Store::charge_table(uint64_t elements) noexcept
{
    if (elements > limits().table_elements - table_elements_) return false;
    table_elements_ += elements;
    return true;
}

void Store::add(ModuleInstance& instance) noexcept
{
    instance.older = newest_instance_;
    newest_instance_ = &instance;
}

void Store::add(MemoryInstance& memory) noexcept
{
    memory.older = newest_memory_;
    newest_memory_ = &memory;
}

void Store::add(TableInstance& table) noexcept
{
    table.older = newest_table_;
    newest_table_ = &table;
}

void Store::add(GlobalInstance& global) noexcept
{
    global.older = newest_global_;
    newest_global_ = &global;
}

Store::Mark Store::mark() const noexcept
{
    return {types_.mark(),  names_.mark(), newest_instance_,
            newest_memory_, newest_table_, newest_global_};
}

void Store::rewind(const Mark& mark, bool used) noexcept
{
    names_.rewind(mark.names);
    newest_instance_ = mark.instance;
    newest_global_ = mark.global;
    for (; newest_memory_ != mark.memory; newest_memory_ = newest_memory_->older) {
        if (newest_memory_->shared == nullptr) discharge_memory(newest_memory_->size);
    }
    for (; newest_table_ != mark.table; newest_table_ = newest_table_->older)
        discharge_table(newest_table_->size);
    // Tags go as well, and what a run ended with may be of one.
    for (Exception* each = &execution_.exception; each != nullptr; each = each->outer)
        *each = {.outer = each->outer};
    // What is left may refer to objects whose types go: such references become null.
    if (used) collect(waiting_, mark.types.size);
    types_.rewind(mark.types);
}

Result<Store::Transaction> Store::Transaction::begin(Store& store, std::string_view name) noexcept
{
    WRT_TRY(ScopeGuard scope,
            store.arena_.enter(LibraryId::runtime, name,
                               store.arena_.full_budget(LibraryId::runtime), End::retained));
    return Transaction{store, std::move(scope)};
}

Store::Transaction::Transaction(Store& store, ScopeGuard scope) noexcept
    : store_(&store), mark_(store.mark()), home_(store.home_), scope_(std::move(scope))
{
    store.home_ = Home::innermost(store.arena_);
}

Store::Transaction::Transaction(Transaction&& other) noexcept
    : store_(std::exchange(other.store_, nullptr)),
      mark_(other.mark_),
      home_(other.home_),
      scope_(std::move(other.scope_)),
      registered_(other.registered_),
      prepared_(other.prepared_)
{
}

Status Store::Transaction::prepare() noexcept
{
    if (store_->mark() != mark_ && home_ != Home::innermost(store_->arena_, 1)) {
        // The bytes go before the store does, and then the store must not link to them.
        WRT_TRY(Undo* const undo,
                store_->arena_.make<Undo>(End::retained, Account::registry, store_, mark_));
        WRT_CHECK(store_->arena_.on_release(
            [](void* object) {
                const Undo& what = *static_cast<const Undo*>(object);
                what.store->rewind(what.mark, true);
            },
            undo));
        registered_ = true;
    }
    prepared_ = true;
    return ok();
}

void Store::Transaction::commit() noexcept
{
    WRT_ASSERT(prepared_);
    store_->home_ = home_;
    scope_.commit();
    store_ = nullptr;
}

Store::Transaction::~Transaction()
{
    if (store_ == nullptr) return;
    store_->home_ = home_;
    // Registered: leaving the scope rewinds the store.
    if (!registered_) store_->rewind(mark_, false);
}

Store::Home Store::Home::innermost(const Arena& arena, size_t but) noexcept
{
    const size_t depth = arena.depth() - but;
    return {depth, depth == 0 ? 0 : arena.scope(depth).generation};
}

}  // namespace wrt::runtime
