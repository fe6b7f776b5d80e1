// Store and what is found in it: instances, functions, memories, globals, tables; and calls.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <wrt/engine.hpp>
#include <wrt/exception.hpp>
#include <wrt/foundation/assert.hpp>
#include <wrt/foundation/error.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/heap_stats.hpp>
#include <wrt/runtime/rooted.hpp>
#include <wrt/value.hpp>

namespace wrt {

namespace runtime {
struct FuncInstance;
struct GlobalInstance;
struct MemoryInstance;
struct ModuleInstance;
struct TableInstance;
}  // namespace runtime

namespace detail {

struct StoreState;

/// Runs `func` on a window of slots that holds its arguments and receives its results.
[[nodiscard]] Status call(StoreState& state, runtime::FuncInstance& func,
                          std::span<runtime::Slot> window) noexcept;

template <class R>
struct ResultList {
    using Tuple = std::tuple<R>;
};
template <>
struct ResultList<void> {
    using Tuple = std::tuple<>;
};
template <class... R>
struct ResultList<std::tuple<R...>> {
    using Tuple = std::tuple<R...>;
};

template <class Tuple>
inline constexpr bool all_scalars = false;
template <class... T>
inline constexpr bool all_scalars<std::tuple<T...>> = (WasmScalar<T> && ...);

}  // namespace detail

/// What a WebAssembly function can give back to C++: nothing, a scalar, a tuple of scalars.
template <class R>
concept WasmResult = detail::all_scalars<typename detail::ResultList<R>::Tuple>;

template <class Signature>
class TypedFunc;
class SharedMemory;

/// A function of the guest or of the host, or the null function reference. A handle, valid as long
/// as its store.
class Func {
public:
    constexpr Func() noexcept = default;  ///< null
    Func(detail::StoreState& state, runtime::FuncInstance* func) noexcept
        : state_{&state}, func_{func}
    {
    }

    [[nodiscard]] bool is_null() const noexcept { return func_ == nullptr; }
    [[nodiscard]] FuncType type() const noexcept;

    /// Calls it. `arguments` must have the types of its params; as many of `results` as it has
    /// results are overwritten. Allocates nothing. Errors: usage (numbers or types do not agree);
    /// whatever ends the call: a trap, exhaustion (stack, fuel), an interrupt, a host function's
    /// error.
    [[nodiscard]] Status call(std::span<const Value> arguments,
                              std::span<Value> results) const noexcept;

    /// The same function with its type checked once: func.typed<int32_t(int32_t, int32_t)>().
    template <class Signature>
    [[nodiscard]] Result<TypedFunc<Signature>> typed() const noexcept;

    [[nodiscard]] runtime::FuncInstance* instance() const noexcept { return func_; }
    [[nodiscard]] runtime::Ref ref() const noexcept { return runtime::Ref::func(func_); }

    bool operator==(const Func& other) const noexcept { return func_ == other.func_; }

private:
    template <class>
    friend class TypedFunc;

    [[nodiscard]] Status check_type(std::span<const ValType> params,
                                    std::span<const ValType> results) const noexcept;

    detail::StoreState* state_ = nullptr;
    runtime::FuncInstance* func_ = nullptr;
};

inline Value::Value(Func func) noexcept : type_{ValType::funcref}, low_{func.ref().bits} {}

namespace detail {

/// Lists of value types as the compiler makes them.
/// Slots that a value takes in a window.
template <class T>
inline constexpr size_t slots_of = std::same_as<T, V128> ? 2 : 1;

template <class... T>
struct TypeList {
    static constexpr size_t count = sizeof...(T);
    static constexpr ValType values[count + 1] = {val_type_of<T>()..., ValType::bot};
    static constexpr std::span<const ValType> span() noexcept { return {values, count}; }
    static constexpr size_t slots = (size_t{0} + ... + slots_of<T>);
    /// The slot where value `index` starts.
    static constexpr size_t slot_of(size_t index) noexcept
    {
        constexpr size_t widths[count + 1] = {slots_of<T>..., 0};
        size_t slot = 0;
        for (size_t i = 0; i < index; ++i)
            slot += widths[i];
        return slot;
    }
};
template <class Tuple>
struct TypeListOf;
template <class... T>
struct TypeListOf<std::tuple<T...>> : TypeList<T...> {};

/// Writes a value to its slots and gives the slot behind them.
template <WasmScalar T>
runtime::Slot* write_slots(runtime::Slot* slots, T value) noexcept
{
    if constexpr (WasmNumber<T>)
        *slots = runtime::Slot::of(value);
    else if constexpr (std::same_as<T, V128>)
        std::memcpy(static_cast<void*>(slots), value.bytes.data(), sizeof value);
    else
        *slots = {value.ref().bits};
    return slots + slots_of<T>;
}

template <WasmScalar T>
[[nodiscard]] T read_slots(StoreState& state, const runtime::Slot* slots) noexcept
{
    [[maybe_unused]] const runtime::Slot slot = *slots;
    if constexpr (WasmNumber<T>)
        return slot.as<T>();
    else if constexpr (std::same_as<T, V128>) {
        V128 value;
        std::memcpy(value.bytes.data(), slots, sizeof value);
        return value;
    } else if constexpr (std::same_as<T, ExternRef>)
        return ExternRef::of({slot.bits});
    else
        return Func{state, runtime::Ref{slot.bits}.as_func()};
}

}  // namespace detail

/// A function whose type has been compared with a C++ function type. Call it as one:
/// a Result<R>, for R void a Status, for several results a Result<std::tuple<...>>.
template <class R, class... A>
class TypedFunc<R(A...)> {
    static_assert(WasmResult<R>,
                  "the result must be void, a number, a vector, a reference or a tuple of them");
    static_assert((WasmScalar<A> && ...), "parameters must be numbers, vectors or references");

public:
    [[nodiscard]] Result<R> operator()(A... arguments) const noexcept
    {
        constexpr size_t window_slots =
            std::max<size_t>({detail::TypeList<A...>::slots, Results::slots, 1});
        runtime::Slot window[window_slots];
        [[maybe_unused]] runtime::Slot* at = window;
        ((at = detail::write_slots(at, arguments)), ...);
        if (Status done = detail::call(*func_.state_, *func_.func_, window); !done) {
            return done.error();
        }
        if constexpr (std::is_void_v<R>)
            return ok();
        else
            return take(window, std::make_index_sequence<Results::count>{});
    }

    [[nodiscard]] Func untyped() const noexcept { return func_; }

private:
    friend class Func;
    using ResultTuple = typename detail::ResultList<R>::Tuple;
    using Results = detail::TypeListOf<ResultTuple>;

    explicit TypedFunc(Func func) noexcept : func_{func} {}

    [[nodiscard]] static Result<TypedFunc> bind(Func func) noexcept
    {
        WRT_CHECK(func.check_type(detail::TypeList<A...>::span(), Results::span()));
        return TypedFunc{func};
    }

    template <size_t... i>
    [[nodiscard]] R take(const runtime::Slot* window, std::index_sequence<i...>) const noexcept
    {
        detail::StoreState& state = *func_.state_;
        if constexpr (std::same_as<R, ResultTuple>) {
            return R{detail::read_slots<std::tuple_element_t<i, ResultTuple>>(
                state, window + Results::slot_of(i))...};
        } else {
            return detail::read_slots<R>(state, window);
        }
    }

    Func func_;
};

template <class Signature>
Result<TypedFunc<Signature>> Func::typed() const noexcept
{
    return TypedFunc<Signature>::bind(*this);
}

/// A linear memory. Spans into it hold until the next call into the store: a call may grow it, and
/// on some hosts growing shows only in size().
class Memory {
public:
    Memory(detail::StoreState& state, runtime::MemoryInstance& memory) noexcept
        : state_{&state}, memory_{&memory}
    {
    }

    [[nodiscard]] uint64_t size() const noexcept;  ///< In bytes.
    [[nodiscard]] std::span<std::byte> bytes() const noexcept;
    [[nodiscard]] MemoryType type() const noexcept;
    /// By pages (of 64 KiB unless its type says otherwise), filled with zeros. The size before, in
    /// pages.
    [[nodiscard]] Result<uint64_t> grow(uint64_t pages) const noexcept;

    /// `count` objects from byte `offset` on. Errors: they do not lie inside, or not aligned as T
    /// needs.
    template <class T = std::byte>
    [[nodiscard]] Result<std::span<T>> slice(uint64_t offset, uint64_t count) const noexcept
    {
        static_assert(std::is_trivially_copyable_v<T>);
        WRT_TRY(const std::span<std::byte> raw, checked(offset, count, sizeof(T), alignof(T)));
        return std::span<T>{reinterpret_cast<T*>(raw.data()), static_cast<size_t>(count)};
    }

    /// One object, copied, so at any address.
    template <class T>
    [[nodiscard]] Result<T> read(uint64_t offset) const noexcept
    {
        static_assert(std::is_trivially_copyable_v<T>);
        WRT_TRY(const std::span<std::byte> raw, checked(offset, 1, sizeof(T), 1));
        T value;
        std::memcpy(&value, raw.data(), sizeof(T));
        return value;
    }
    template <class T>
    [[nodiscard]] Status write(uint64_t offset, const T& value) const noexcept
        requires(std::is_trivially_copyable_v<T> &&
                 !std::is_convertible_v<const T&, std::string_view> &&
                 !std::is_convertible_v<const T&, std::span<const std::byte>>)
    {
        WRT_TRY(const std::span<std::byte> raw, checked(offset, 1, sizeof(T), 1));
        std::memcpy(raw.data(), &value, sizeof(T));
        return ok();
    }

    [[nodiscard]] Status write(uint64_t offset, std::span<const std::byte> bytes) const noexcept;
    [[nodiscard]] Status write(uint64_t offset, std::string_view text) const noexcept;
    /// Text in the memory. Errors: out of bounds, not UTF-8.
    [[nodiscard]] Result<std::string_view> utf8(uint64_t offset, uint64_t size) const noexcept;

    /// What is behind a memory that threads share (wrt/shared_memory.hpp); of others nothing.
    [[nodiscard]] std::optional<SharedMemory> shared() const noexcept;

    [[nodiscard]] runtime::MemoryInstance& instance() const noexcept { return *memory_; }

private:
    [[nodiscard]] Result<std::span<std::byte>> checked(uint64_t offset, uint64_t count,
                                                       uint64_t element_size,
                                                       uint64_t alignment) const noexcept;

    detail::StoreState* state_;
    runtime::MemoryInstance* memory_;
};

class Global {
public:
    Global(detail::StoreState& state, runtime::GlobalInstance& global) noexcept
        : state_{&state}, global_{&global}
    {
    }

    [[nodiscard]] GlobalType type() const noexcept;
    [[nodiscard]] Value get() const noexcept;
    /// Errors: usage (not mutable, another type).
    [[nodiscard]] Status set(const Value& value) const noexcept;

    [[nodiscard]] runtime::GlobalInstance& instance() const noexcept { return *global_; }

private:
    detail::StoreState* state_;
    runtime::GlobalInstance* global_;
};

class Table {
public:
    Table(detail::StoreState& state, runtime::TableInstance& table) noexcept
        : state_{&state}, table_{&table}
    {
    }

    [[nodiscard]] TableType type() const noexcept;
    [[nodiscard]] uint64_t size() const noexcept;
    /// Errors: trap (out of bounds).
    [[nodiscard]] Result<Value> get(uint64_t index) const noexcept;
    /// Errors: trap (out of bounds), usage (another type).
    [[nodiscard]] Status set(uint64_t index, const Value& value) const noexcept;

    [[nodiscard]] runtime::TableInstance& instance() const noexcept { return *table_; }

private:
    detail::StoreState* state_;
    runtime::TableInstance* table_;
};

/// An instance of a module. A handle, valid as long as its store.
class Instance {
public:
    Instance(detail::StoreState& state, runtime::ModuleInstance& instance) noexcept
        : state_{&state}, instance_{&instance}
    {
    }

    [[nodiscard]] Module module() const noexcept;

    /// An export. Errors: usage (there is none of that name and kind; of another type).
    [[nodiscard]] Result<Func> func(std::string_view name) const noexcept;
    template <class Signature>
    [[nodiscard]] Result<TypedFunc<Signature>> func(std::string_view name) const noexcept
    {
        WRT_TRY(const Func found, func(name));
        return found.typed<Signature>();
    }
    [[nodiscard]] Result<Memory> memory(std::string_view name = "memory") const noexcept;
    [[nodiscard]] Result<Global> global(std::string_view name) const noexcept;
    [[nodiscard]] Result<Table> table(std::string_view name) const noexcept;
    [[nodiscard]] Result<Tag> tag(std::string_view name) const noexcept;

    [[nodiscard]] runtime::ModuleInstance& instance() const noexcept { return *instance_; }

private:
    detail::StoreState* state_;
    runtime::ModuleInstance* instance_;
};

/// A function on the way from where a call failed to where it began.
struct Frame {
    const runtime::Module* image = nullptr;
    uint32_t function = 0;  ///< Function index.
    uint32_t offset = 0;    ///< Of the instruction, in the binary.

    [[nodiscard]] Module module() const noexcept { return Module{*image}; }
};

struct StoreConfig {
    /// Of heap_bytes: no object can be made.
    static constexpr uint64_t no_heap = UINT64_MAX;

    size_t stack_bytes =
        0;  ///< For frames and operands of all active calls; 0: as the arena has room, up to 8 MiB.
    /// Linear memory of all memories together; memory.grow past it gives -1.
    uint64_t max_memory_bytes = UINT64_MAX;
    /// Elements of all tables together; table.grow past it gives -1.
    uint64_t max_table_elements = UINT64_MAX;
    /// Objects of the garbage-collected heap, live ones and those not collected yet. 0: 1 GiB of
    /// address space, or a quarter of the engine's budget; in a buffer a 32nd of what it has left.
    uint64_t heap_bytes = 0;
};

/// Instances and all that they use: one thread at a time. It lives in the engine's arena until the
/// scope it was made in ends; this object is the way to it, and may go earlier. A store that could
/// not be made keeps the reason: status(), and the error of every instantiation.
class Store {
public:
    explicit Store(Engine& engine, const StoreConfig& config = {}) noexcept;
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    [[nodiscard]] const Status& status() const noexcept { return status_; }

    /// What modules loaded with LoadOptions::fuel may still spend.
    void set_fuel(uint64_t fuel) noexcept;
    [[nodiscard]] uint64_t fuel() const noexcept;

    /// Stops the running call, or the next one, with Errc::interrupted. Any thread and any signal
    /// handler may call it while the store lives.
    void interrupt() noexcept;
    /// Forgets an interrupt that has not stopped anything yet.
    void clear_interrupt() noexcept;

    /// Collects what is not reachable any more. It happens by itself where the heap is full; this
    /// is for hosts that know when it suits.
    void collect() noexcept;
    [[nodiscard]] runtime::HeapStats heap_stats() const noexcept;

    /// The frames of the last call that failed, innermost first: writes as many as fit (64 at most)
    /// and returns how many there were. They hold until the next call.
    size_t backtrace(std::span<Frame> frames) const noexcept;

    /// The exception that the last call ended with, because nobody caught it; none if it ended in
    /// another way. In a host function: what a call of its own ended with.
    [[nodiscard]] std::optional<Exception> exception() const noexcept;

    /// A tag of the host's, for guests to import and Caller::exception() to throw. Errors: usage (a
    /// reference type of another store), unsupported (too many params), exhaustion.
    [[nodiscard]] Result<Tag> make_tag(std::span<const ValType> params) noexcept;

    /// The words that a host function gave its error (Caller::error(), what() of an exception);
    /// empty if it had none. They hold until the next such error.
    [[nodiscard]] std::string_view host_message() const noexcept;

    /// Of a store that could be made: see status().
    [[nodiscard]] detail::StoreState& state() noexcept { return *state_; }

private:
    detail::StoreState* state_ = nullptr;
    Status status_ = ok();
};

/// A value that the host keeps. References to objects of the guest's heap (anyref, structref,
/// externref and so on) hold only until the store runs or allocates again, because objects move and
/// are collected; this one is kept alive and up to date. It takes no memory but its own, may be
/// copied, and becomes null where it outlives its store. On the store's thread.
class RootedValue {
public:
    RootedValue(Store& store, const Value& value) noexcept;

    [[nodiscard]] Value get() const noexcept
    {
        return type_.is_ref() ? Value::of_bits(type_, rooted_.get().bits) : number_;
    }

private:
    ValType type_;
    Value number_;
    runtime::Rooted rooted_;
};

}  // namespace wrt
