// Components for the facade: load them, link them with host functions, WASI 0.2 and each other, and
// call what they export with C++ values.
//
//     wrt::ComponentLinker linker{store};
//     linker.func("acme:host/log", "line", [&](std::string_view text) { puts(text); });
//     const auto component = wrt::load_component(engine, binary).value();
//     const auto instance = linker.instantiate(component).value();
//     const auto render = instance.func<wrt::Outcome<std::string_view>(Point)>(
//         "acme:graph/draw", "render").value();
//     const auto text = render(Point{1, 2});     // Result<Outcome<std::string_view>>
//
// Which C++ type stands for which type of WIT: <wrt/component/codec.hpp>.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include <wrt/component/typed.hpp>
#include <wrt/component/wasi/p2.hpp>
#include <wrt/engine.hpp>
#include <wrt/linker.hpp>
#include <wrt/store.hpp>

namespace wrt {

using component::Borrow;
using component::Failure;
using component::Flags;
using component::GuestBorrow;
using component::GuestOwn;
using component::HostCall;
using component::LentBytes;
using component::LinkFault;
using component::Outcome;
using component::Own;

/// A component in an engine's arena. A handle of one pointer; valid as long as the scope it was
/// loaded in, or the engine.
class Component {
public:
    explicit Component(const component::Component& image) noexcept : image_{&image} {}

    [[nodiscard]] const component::Component& image() const noexcept { return *image_; }
    /// Whether a core module in it can hold references to objects, so that its store needs a heap.
    [[nodiscard]] bool has_references() const noexcept;

private:
    const component::Component* image_;
};

/// Decodes, validates and translates a component and the core modules in it. Options mean what they
/// mean for load_module(). Errors: malformed, invalid, unsupported, exhaustion, usage (a core
/// module).
[[nodiscard]] Result<Component> load_component(Arena& arena, std::span<const uint8_t> binary,
                                               const LoadOptions& options = {}) noexcept;
[[nodiscard]] Result<Component> load_component(Engine& engine, std::span<const uint8_t> binary,
                                               const LoadOptions& options = {}) noexcept;

/// An instance of a component; valid as long as its store.
class ComponentInstance {
public:
    ComponentInstance(component::World& world, component::Instance& instance) noexcept
        : world_{&world}, instance_{&instance}
    {
    }

    /// The function that it exports as `name` in an interface ("ns:pkg/iface@1.0.0"; "" for those
    /// in none), as a C++ function. A compatible version of the interface will do. Errors:
    /// unlinkable (no such function; one of another type, and `fault`, if given, is told both).
    template <class Signature>
    [[nodiscard]] Result<component::TypedFunc<Signature>>
    func(std::string_view interface, std::string_view name,
         LinkFault* fault = nullptr) const noexcept
    {
        const component::Func* const found = component::find_function(*instance_, interface, name);
        if (found == nullptr) return Error{.code = Errc::unknown_import};
        return component::TypedFunc<Signature>::bind(*world_, *found, fault);
    }

    /// Drops what a guest gave the host to own: its destructor runs.
    Status drop(GuestOwn owned) const noexcept
    {
        return component::drop_host_handle(*world_, owned.handle);
    }

    /// Ends it: what it owns of the host's resources is dropped, and nobody enters it any more. Its
    /// memory goes with the scope that it was made in.
    void close() noexcept { component::close(*world_, *instance_); }

    [[nodiscard]] component::World& world() const noexcept { return *world_; }
    [[nodiscard]] const component::Instance& instance() const noexcept { return *instance_; }

private:
    friend class ComponentLinker;

    component::World* world_;
    component::Instance* instance_;
};

/// What the imports of components are resolved with, for the components of one store. A definition
/// that did not fit the arena is remembered, and instantiate() returns its error.
class ComponentLinker {
public:
    explicit ComponentLinker(Store& store, const component::WorldOptions& options = {}) noexcept;

    /// A host function of an interface. Captures are copied into the arena and never destroyed:
    /// capture pointers. Params and result are values of codec.hpp or, the result, a Result of one;
    /// a HostCall& may come first.
    template <class F>
    ComponentLinker& func(std::string_view interface, std::string_view name, F function) noexcept
    {
        if (status_) note(component::define_function(imports_, arena(), interface, name, function));
        return *this;
    }

    /// A resource of the host: what Own<Tag> and Borrow<Tag> are. `drop(uint32_t rep)` is called
    /// when a guest drops what it owns.
    template <class Tag, class F>
    ComponentLinker& resource(std::string_view interface, std::string_view name, F drop) noexcept
    {
        if (status_)
            note(component::define_resource<Tag>(imports_, arena(), interface, name, drop));
        return *this;
    }

    /// What another instance of the store exports.
    ComponentLinker& exports(const ComponentInstance& instance) noexcept;

    /// WASI 0.2, with what `config` grants (wrt/wasi.hpp).
    ComponentLinker& wasi(const wasi::Config& config, wasi::ConfigFault* fault = nullptr,
                          const wasi::P2Options& options = {}) noexcept;

    /// The error of the first definition that failed.
    [[nodiscard]] const Status& status() const noexcept { return status_; }

    /// Makes an instance. Errors: unlinkable (an import is missing or of another type; `fault`, if
    /// given, tells which), trap, exhaustion. On failure the store is as before.
    [[nodiscard]] Result<ComponentInstance> instantiate(Component component,
                                                        LinkFault* fault = nullptr) noexcept;

    /// Makes an instance as far as none of its code runs. start() does the rest, and before that it
    /// may be linked to (exports()) but not called.
    [[nodiscard]] Result<ComponentInstance> prepare(Component component,
                                                    LinkFault* fault = nullptr) noexcept;
    /// Runs the start functions of what prepare() made. Errors: trap, exhaustion.
    [[nodiscard]] Status start(const ComponentInstance& instance) noexcept;

    /// Gives a request to the wasi:http/incoming-handler that an instance exports; after wasi().
    /// wasi::handle_request() says what comes of it.
    [[nodiscard]] Status serve(const ComponentInstance& instance,
                               const wasi::http::RequestHead& request,
                               wasi::http::ServerExchange& exchange) noexcept;

    /// wasi::holds_exchange(): whether serve() must not be called again.
    [[nodiscard]] bool holds_exchange() const noexcept
    {
        return wasi_ != nullptr && wasi::holds_exchange(*wasi_);
    }

private:
    friend class WorldImage;

    using Make = Result<component::Instance*>(component::World&, const component::Component&,
                                              const component::Imports*, LinkFault*,
                                              size_t) noexcept;
    [[nodiscard]] Result<ComponentInstance> make(Make& how, Component component,
                                                 LinkFault* fault) noexcept;
    [[nodiscard]] Arena& arena() noexcept;
    void note(const Status& status) noexcept
    {
        if (status_ && !status) status_ = status;
    }

    detail::StoreState* state_ = nullptr;
    component::World* world_ = nullptr;
    component::Imports imports_;
    wasi::p2::State* wasi_ = nullptr;
    Status status_ = ok();
};

}  // namespace wrt
