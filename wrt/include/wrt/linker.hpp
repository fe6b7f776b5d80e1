// Linker: what a guest's imports are resolved with. Host functions are made from C++ functions and
// lambdas; their WebAssembly types are read off the C++ types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#if defined(__cpp_exceptions)
#include <exception>
#endif

#include <wrt/store.hpp>

namespace wrt {

namespace runtime {
struct Caller;
class ImportTable;
}  // namespace runtime

namespace wasi {
struct Config;
struct ConfigFault;
class Context;
}  // namespace wasi

/// Text in the guest's memory: two i32 params, address and size. Checked for bounds and UTF-8
/// before the function runs; valid until the function returns or calls into the store.
struct GuestString {
    std::string_view view;
};

/// `count` objects in the guest's memory: two i32 params, address and count. Checked for bounds and
/// alignment before the function runs; valid as a GuestString.
template <class T>
struct GuestSpan {
    static_assert(std::is_trivially_copyable_v<T>);
    std::span<T> view;
};

/// Who called a host function. Its first parameter, where wanted.
class Caller {
public:
    Caller(detail::StoreState& state, runtime::Caller& caller) noexcept
        : state_{&state}, caller_{&caller}
    {
    }

    /// What the calling instance exports as "memory". Errors: usage (nothing).
    [[nodiscard]] Result<Memory> memory() const noexcept;
    /// The calling instance; none when the host called the host function itself.
    [[nodiscard]] std::optional<Instance> instance() const noexcept;

    [[nodiscard]] uint64_t fuel() const noexcept;
    void set_fuel(uint64_t fuel) noexcept;

    /// An error to return, with words for whoever reads the report: they are kept (the first 200
    /// bytes) in Store::host_message().
    [[nodiscard]] Error error(std::string_view message) const noexcept;
    /// Throws: returned from the host function, the guest can catch it. Errors: usage (number or
    /// types of the values are not the tag's), exhaustion (stack).
    [[nodiscard]] Error exception(Tag tag, std::span<const Value> values) const noexcept;

private:
    detail::StoreState* state_;
    runtime::Caller* caller_;
};

namespace detail {

template <class T>
inline constexpr bool is_guest_span = false;
template <class T>
inline constexpr bool is_guest_span<GuestSpan<T>> = true;

/// A parameter of a host function that stands for an address and a size in the guest's memory.
template <class T>
concept GuestRange = std::same_as<T, GuestString> || is_guest_span<T>;

template <class T>
concept HostParam = WasmScalar<T> || GuestRange<T>;

template <class T>
struct HostResult {
    using Type = T;
    static constexpr bool fallible = false;
};
template <class T>
struct HostResult<Result<T>> {
    using Type = T;
    static constexpr bool fallible = true;
};

/// The pieces of a callable's type. `ok` says whether it can be a host function.
template <class F>
struct HostSignature : HostSignature<decltype(&F::operator())> {};
template <class R, class... A>
struct HostSignature<R(A...)> {
    using Return = R;
    using Value = typename HostResult<R>::Type;
    using Params = std::tuple<std::remove_cvref_t<A>...>;
    static constexpr bool takes_caller = false;
    static constexpr bool ok = WasmResult<Value> && (HostParam<std::remove_cvref_t<A>> && ...);
};
template <class R, class... A>
struct HostSignature<R(Caller&, A...)> : HostSignature<R(A...)> {
    static constexpr bool takes_caller = true;
};
template <class R, class... A>
struct HostSignature<R (*)(A...)> : HostSignature<R(A...)> {};
template <class R, class... A>
struct HostSignature<R (*)(A...) noexcept> : HostSignature<R(A...)> {};
template <class C, class R, class... A>
struct HostSignature<R (C::*)(A...)> : HostSignature<R(A...)> {};
template <class C, class R, class... A>
struct HostSignature<R (C::*)(A...) const> : HostSignature<R(A...)> {};
template <class C, class R, class... A>
struct HostSignature<R (C::*)(A...) noexcept> : HostSignature<R(A...)> {};
template <class C, class R, class... A>
struct HostSignature<R (C::*)(A...) const noexcept> : HostSignature<R(A...)> {};

/// One WebAssembly type for a scalar, two i32 for a range.
template <class... P>
struct FlatParams {
    static constexpr size_t count = (size_t{0} + ... + (GuestRange<P> ? 2 : 1));
    struct Types {
        ValType values[count + 1];
    };
    static constexpr Types make() noexcept
    {
        Types list{};
        [[maybe_unused]] size_t at = 0;
        [[maybe_unused]] const auto add = [&]<class T>(std::type_identity<T>) {
            if constexpr (GuestRange<T>) {
                list.values[at++] = ValType::i32;
                list.values[at++] = ValType::i32;
            } else {
                list.values[at++] = val_type_of<T>();
            }
        };
        (add(std::type_identity<P>{}), ...);
        return list;
    }
    static constexpr Types types = make();
    static constexpr std::span<const ValType> span() noexcept { return {types.values, count}; }

    /// The slot where parameter `index` starts.
    static constexpr size_t slot_of(size_t index) noexcept
    {
        constexpr size_t widths[sizeof...(P) + 1] = {(GuestRange<P> ? size_t{2} : slots_of<P>)...,
                                                     0};
        size_t slot = 0;
        for (size_t i = 0; i < index; ++i)
            slot += widths[i];
        return slot;
    }
};
template <class Tuple>
struct FlatParamsOf;
template <class... P>
struct FlatParamsOf<std::tuple<P...>> : FlatParams<P...> {};

/// A host function as the linker keeps it: the store's state in front of the callable.
template <class F>
struct Closure {
    StoreState* state;
    F function;
};

[[nodiscard]] Result<std::string_view> guest_text(StoreState&, runtime::Caller&, uint32_t address,
                                                  uint32_t size) noexcept;
[[nodiscard]] Result<std::span<std::byte>> guest_bytes(StoreState&, runtime::Caller&,
                                                       uint32_t address, uint32_t count,
                                                       size_t element_size,
                                                       size_t alignment) noexcept;
[[nodiscard]] Error host_exception(StoreState&, const char* what) noexcept;

/// Reads a parameter from its slot or slots.
template <HostParam P>
[[nodiscard]] Result<P> host_argument(StoreState& state, runtime::Caller& caller,
                                      const runtime::Slot* slot) noexcept
{
    if constexpr (std::same_as<P, GuestString>) {
        WRT_TRY(const std::string_view text,
                guest_text(state, caller, slot[0].as<uint32_t>(), slot[1].as<uint32_t>()));
        return GuestString{text};
    } else if constexpr (GuestRange<P>) {
        using T = typename decltype(P::view)::element_type;
        const uint32_t count = slot[1].as<uint32_t>();
        WRT_TRY(const std::span<std::byte> bytes,
                guest_bytes(state, caller, slot[0].as<uint32_t>(), count, sizeof(T), alignof(T)));
        return P{{reinterpret_cast<T*>(bytes.data()), count}};
    } else {
        return read_slots<P>(state, slot);
    }
}

template <class T>
void write_results(runtime::Slot* slots, const T& value) noexcept
{
    if constexpr (WasmScalar<T>) {
        write_slots(slots, value);
    } else {
        std::apply(
            [slots](const auto&... each) mutable { ((slots = write_slots(slots, each)), ...); },
            value);
    }
}

/// What the interpreter calls for a host function of type F.
template <class F>
struct HostEntry {
    using Signature = HostSignature<F>;
    using Params = typename Signature::Params;
    using Flat = FlatParamsOf<Params>;

    static Status call(runtime::Caller& caller, void* context, runtime::Slot* slots)
    {
        return unpack(caller, *static_cast<Closure<F>*>(context), slots,
                      std::make_index_sequence<std::tuple_size_v<Params>>{});
    }

    template <size_t... i>
    static Status unpack(runtime::Caller& caller, Closure<F>& closure,
                         [[maybe_unused]] runtime::Slot* slots, std::index_sequence<i...>)
    {
        // All arguments are read before the first result is written over them.
        if constexpr ((WasmScalar<std::tuple_element_t<i, Params>> && ...)) {
            [[maybe_unused]] Params arguments{read_slots<std::tuple_element_t<i, Params>>(
                *closure.state, slots + Flat::slot_of(i))...};
            return guarded(caller, closure, slots, std::get<i>(arguments)...);
        }
        std::tuple<Result<std::tuple_element_t<i, Params>>...> arguments{
            host_argument<std::tuple_element_t<i, Params>>(*closure.state, caller,
                                                           slots + Flat::slot_of(i))...};
        const Error* bad = nullptr;
        ((bad == nullptr && !std::get<i>(arguments) ? void(bad = &std::get<i>(arguments).error())
                                                    : void()),
         ...);
        if (bad != nullptr) return *bad;
        return guarded(caller, closure, slots, *std::get<i>(arguments)...);
    }

    /// What the function throws comes back as an error.
    template <class... A>
    static Status guarded(runtime::Caller& caller, Closure<F>& closure, runtime::Slot* slots,
                          A&... arguments)
    {
#if defined(__cpp_exceptions)
        try {
            return invoke(caller, closure, slots, arguments...);
        } catch (const std::exception& thrown) {
            return host_exception(*closure.state, thrown.what());
        } catch (...) {
            return host_exception(*closure.state, "an exception");
        }
#else
        return invoke(caller, closure, slots, arguments...);
#endif
    }

    template <class... A>
    static Status invoke(runtime::Caller& raw, Closure<F>& closure,
                         [[maybe_unused]] runtime::Slot* slots, A&... arguments)
    {
        const auto run = [&]() -> decltype(auto) {
            if constexpr (Signature::takes_caller) {
                Caller caller{*closure.state, raw};
                return closure.function(caller, arguments...);
            } else {
                return closure.function(arguments...);
            }
        };
        using Return = typename Signature::Return;
        using Value = typename Signature::Value;
        if constexpr (HostResult<Return>::fallible) {
            const Return result = run();
            if (!result) return result.error();
            if constexpr (!std::is_void_v<Value>) write_results<Value>(slots, *result);
        } else if constexpr (std::is_void_v<Value>) {
            run();
        } else {
            write_results<Value>(slots, run());
        }
        return ok();
    }
};

}  // namespace detail

/// A callable that can be a host function: its parameters are numbers, V128, references,
/// GuestString or GuestSpan, after an optional Caller&; it returns nothing, a number, a V128, a
/// reference, a std::tuple of these, or a Result of any of them.
template <class F>
concept HostFn = detail::HostSignature<std::decay_t<F>>::ok;

/// Definitions by module and name, for the instances of one store. A later definition of a name
/// replaces an earlier one. A definition that did not fit the arena is remembered, and
/// instantiate() returns its error. Its memory is the store's: the linker may go before the
/// instances do.
class Linker {
public:
    explicit Linker(Store& store) noexcept;

    /// A host function. Captures are copied into the arena and never destroyed: capture references,
    /// pointers and numbers. An exception that leaves it becomes an error of the call.
    template <HostFn F>
    Linker& func(std::string_view module, std::string_view name, F&& function) noexcept
    {
        using Function = std::decay_t<F>;
        using Entry = detail::HostEntry<Function>;
        static_assert(std::is_trivially_destructible_v<Function>,
                      "the arena runs no destructors: capture by reference or pointer");
        using Results = detail::TypeListOf<
            typename detail::ResultList<typename detail::HostSignature<Function>::Value>::Tuple>;
        using Closure = detail::Closure<Function>;

        void* const place = allocate(sizeof(Closure), alignof(Closure));
        if (place == nullptr) return *this;
        auto* const closure = ::new (place) Closure{state_, std::forward<F>(function)};
        define_func(module, name, Entry::Flat::span(), Results::span(), &Entry::call, closure);
        return *this;
    }

    /// Things that exist already: from an instance, or made by the host.
    Linker& define(std::string_view module, std::string_view name, Func func) noexcept;
    Linker& define(std::string_view module, std::string_view name, Memory memory) noexcept;
    /// A memory that other threads use too (wrt/shared_memory.hpp).
    Linker& define(std::string_view module, std::string_view name, SharedMemory memory) noexcept;
    Linker& define(std::string_view module, std::string_view name, Global global) noexcept;
    Linker& define(std::string_view module, std::string_view name, Table table) noexcept;
    Linker& define(std::string_view module, std::string_view name, Tag tag) noexcept;
    /// All exports of an instance, under `module`.
    Linker& instance(std::string_view module, Instance instance) noexcept;

    /// WASI preview 1, with what `config` grants (wrt/wasi.hpp). Its descriptors close with the
    /// scope that the store lives in.
    /// `fault`, if given, is told which part of the configuration could not be granted.
    Linker& wasi(const wasi::Config& config, wasi::ConfigFault* fault = nullptr) noexcept;

    /// The error of the first definition that failed.
    [[nodiscard]] const Status& status() const noexcept { return status_; }
    /// The first import of `module` that nothing defines.
    [[nodiscard]] std::optional<ImportType> missing(Module module) const noexcept;

    /// Makes an instance and runs its start function. Errors: unlinkable (an import is missing or
    /// of another type), exhaustion, what ends the start function. Unless that ran, the store is as
    /// before.
    [[nodiscard]] Result<Instance> instantiate(Module module) noexcept;
    /// The same without copying segments and without the start function: for Snapshot::restore().
    [[nodiscard]] Result<Instance> instantiate_for_snapshot(Module module) noexcept;

    /// What wasi() made; null before.
    [[nodiscard]] wasi::Context* wasi_context() const noexcept { return wasi_; }

private:
    using HostEntryPoint = Status (*)(runtime::Caller&, void*, runtime::Slot*);

    void* allocate(size_t bytes, size_t alignment) noexcept;
    void define_func(std::string_view module, std::string_view name,
                     std::span<const ValType> params, std::span<const ValType> results,
                     HostEntryPoint entry, void* context) noexcept;

    [[nodiscard]] bool usable() const noexcept { return imports_ != nullptr; }
    void note(const Status& status) noexcept;

    detail::StoreState* state_ = nullptr;
    wasi::Context* wasi_ = nullptr;
    runtime::ImportTable* imports_ = nullptr;  ///< Null when the store could not be made.
    Status status_ = ok();
};

}  // namespace wrt
