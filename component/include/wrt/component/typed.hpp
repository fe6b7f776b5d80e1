// C++ functions as functions of components, and functions of components as C++ functions. Types are
// those of codec.hpp, compared once: when a function is linked or bound.
#pragma once

#include <wrt/component/codec.hpp>

namespace wrt::component {

namespace detail {

template <class R>
struct ReturnOf {
    using Value = R;
    static constexpr bool fallible = false;
};
template <class R>
struct ReturnOf<Result<R>> {
    using Value = R;
    static constexpr bool fallible = true;
};

/// The pieces of a callable's type. First parameters of type Context& or HostCall& are no params of
/// the component function.
template <class F>
struct Shape : Shape<decltype(&F::operator())> {};
template <class R, class... A>
struct Shape<R(A...)> {
    using Value = typename ReturnOf<R>::Value;
    using Params = std::tuple<std::remove_cvref_t<A>...>;
    using Places = Sequence<std::remove_cvref_t<A>...>;
    static constexpr bool fallible = ReturnOf<R>::fallible;
    static constexpr bool takes_call = false;
    static constexpr bool lends_bytes = (std::is_same_v<std::remove_cvref_t<A>, LentBytes> || ...);

    static bool check(const TypeScope& scope, uint32_t func)
    {
        const ComponentTypeNode& node = scope.types[scope.types.resolve(func)];
        return (node.flags & ComponentTypeNode::is_async) == 0 &&
               Places::check(scope, scope.types.fields_of(node)) &&
               detail::check<Value>(scope, ComponentValType::of_bits(node.a));
    }
    static void describe(TextSink& sink)
    {
        sink.append("func(");
        Places::describe(sink);
        sink.append(")");
        if constexpr (!std::is_void_v<Value>) {
            sink.append(" -> ");
            detail::describe<Value>(sink);
        }
    }
};
template <class R, class... A>
struct Shape<R(HostCall&, A...)> : Shape<R(A...)> {
    static constexpr bool takes_call = true;
};
template <class R, class... A>
struct Shape<R (*)(A...)> : Shape<R(A...)> {};
template <class R, class... A>
struct Shape<R (*)(A...) noexcept> : Shape<R(A...)> {};
template <class C, class R, class... A>
struct Shape<R (C::*)(A...)> : Shape<R(A...)> {};
template <class C, class R, class... A>
struct Shape<R (C::*)(A...) const> : Shape<R(A...)> {};
template <class C, class R, class... A>
struct Shape<R (C::*)(A...) noexcept> : Shape<R(A...)> {};
template <class C, class R, class... A>
struct Shape<R (C::*)(A...) const noexcept> : Shape<R(A...)> {};

/// The shape without a first parameter Context&.
template <class Context, class F>
struct ContextShape;
template <class Context, class R, class... A>
struct ContextShape<Context, R (*)(Context&, A...)> : Shape<R(A...)> {};
template <class Context, class R, class... A>
struct ContextShape<Context, R (*)(Context&, A...) noexcept> : Shape<R(A...)> {};

/// Calls `function` with the params that lie in the call's memory, and puts the result there.
template <class Shape, class Function>
Status serve(HostCall& call, Function&& function)
{
    typename Shape::Params params{};
    WRT_CHECK(Shape::Places::load(call.memory, call.args, params));
    const auto invoke = [&]() -> decltype(auto) {
        return std::apply(
            [&](auto&... param) -> decltype(auto) {
                if constexpr (Shape::takes_call) {
                    return function(call, param...);
                } else {
                    return function(param...);
                }
            },
            params);
    };
    using Value = typename Shape::Value;
    if constexpr (Shape::fallible && std::is_void_v<Value>) {
        return invoke();
    } else if constexpr (Shape::fallible) {
        WRT_TRY(const Value value, invoke());
        return Codec<Value>::store(call.memory, call.result, value);
    } else if constexpr (std::is_void_v<Value>) {
        invoke();
        return ok();
    } else {
        return Codec<Value>::store(call.memory, call.result, invoke());
    }
}

template <class Context, auto Function>
Status call_with_context(void* context, HostCall& call)
{
    using Shape = ContextShape<Context, decltype(Function)>;
    return serve<Shape>(call, [&](auto&&... params) -> decltype(auto) {
        return Function(*static_cast<Context*>(context), std::forward<decltype(params)>(params)...);
    });
}

template <class F>
Status call_object(void* object, HostCall& call)
{
    return serve<Shape<F>>(call, *static_cast<F*>(object));
}

}  // namespace detail

/// A row for a function `R name(Context&, params...)`: what Imports::define() is given, with a
/// Context as context. R is a value or a Result of one: an Error ends the call as a trap does.
template <class Context, auto Function>
constexpr HostFunctionRow host_function(std::string_view name) noexcept
{
    using Shape = detail::ContextShape<Context, decltype(Function)>;
    return {.name = name,
            .function = &detail::call_with_context<Context, Function>,
            .fits = &Shape::check,
            .describe = &Shape::describe,
            .lends_bytes = Shape::lends_bytes};
}

/// Offers a callable as a function of an interface. It is copied into the arena of the world's
/// store, so it must be trivially destructible: capture pointers. Its params are values of
/// codec.hpp, a HostCall& before them if wanted; views among them hold until it returns.
template <class F>
Status define_function(Imports& imports, Arena& arena, std::string_view interface,
                       std::string_view name, F function) noexcept
{
    static_assert(std::is_trivially_destructible_v<F>);
    WRT_TRY(F* const object, arena.make<F>(End::retained, Account::component, std::move(function)));
    WRT_TRY(HostFunctionRow* const row,
            arena.make<HostFunctionRow>(End::retained, Account::component));
    WRT_TRY(row->name, arena.copy_text(End::retained, Account::component, name));
    row->function = &detail::call_object<F>;
    row->fits = &detail::Shape<F>::check;
    row->describe = &detail::Shape<F>::describe;
    row->lends_bytes = detail::Shape<F>::lends_bytes;
    return imports.define(interface, {row, 1}, {}, object);
}

/// Offers a resource of the host: what Own<Tag> and Borrow<Tag> mean. `drop(rep)` is called when a
/// guest drops what it owns.
template <class Tag, class F>
Status define_resource(Imports& imports, Arena& arena, std::string_view interface,
                       std::string_view name, F drop) noexcept
{
    static_assert(std::is_trivially_destructible_v<F>);
    WRT_TRY(F* const object, arena.make<F>(End::retained, Account::component, std::move(drop)));
    WRT_TRY(HostResourceRow* const row,
            arena.make<HostResourceRow>(End::retained, Account::component));
    WRT_TRY(row->name, arena.copy_text(End::retained, Account::component, name));
    row->key = resource_key<Tag>();
    row->destroy = [](void* context, uint32_t rep) noexcept {
        (*static_cast<F*>(context))(rep);
        return ok();
    };
    return imports.define(interface, {}, {row, 1}, object);
}

/// Where a function of a component is called with C++ values.
template <class Signature>
class TypedFunc;

template <class R, class... A>
class TypedFunc<R(A...)> {
    using Shape = detail::Shape<R(A...)>;
    using Value = typename Shape::Value;

public:
    /// `func` as a function of that type. Errc::incompatible_import_type where it has another;
    /// `fault` is told both. Types of guests' resources are all the same to it: handles are checked
    /// when they are used.
    static Result<TypedFunc> bind(World& world, const Func& func,
                                  LinkFault* fault = nullptr) noexcept
    {
        if (!Shape::check(scope_of(func), node_of(func))) {
            if (fault != nullptr) {
                *fault = LinkFault{};
                std::array<char, 512> buffer;
                TextSink has{buffer};
                append_wit_func(has, type_of(func).types, node_of(func));
                fault->provided = FixedText<512>{has.view()};
                TextSink wants{buffer};
                Shape::describe(wants);
                fault->wanted = FixedText<512>{wants.view()};
            }
            return Error{.code = Errc::incompatible_import_type};
        }
        return TypedFunc{world, func};
    }

    /// Views in the result hold until the world's next typed call has returned. Errors: those of
    /// call().
    Result<Value> operator()(const std::remove_cvref_t<A>&... args) const noexcept
    {
        HostMemory& memory = begin_typed_call(*world_);
        WRT_TRY(const uint32_t at, memory.allocate(Shape::Places::align, Shape::Places::size));
        WRT_CHECK(Shape::Places::store(memory, at, std::tie(args...)));
        WRT_TRY(const uint32_t result,
                memory.allocate(detail::align_of<Value>(), detail::size_of<Value>()));
        WRT_CHECK(call(*world_, *func_, memory, at, result));
        if constexpr (std::is_void_v<Value>) {
            return ok();
        } else {
            Value value{};
            WRT_CHECK(Codec<Value>::load(memory, result, value));
            return value;
        }
    }

private:
    TypedFunc(World& world, const Func& func) : world_{&world}, func_{&func} {}

    World* world_;
    const Func* func_;
};

}  // namespace wrt::component
