#include "engine.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <string>
#include <utility>

#include <wrt/foundation/arena.hpp>
#include <wrt/runtime/call.hpp>
#include <wrt/runtime/extern.hpp>
#include <wrt/runtime/instantiate.hpp>
#include <wrt/runtime/load.hpp>
#include <wrt/runtime/object.hpp>
#include <wrt/runtime/snapshot.hpp>
#include <wrt/runtime/store.hpp>

namespace wrt::wast {
namespace {

/// Address space of a script's engine: memories come out of it in their full possible size.
constexpr size_t reserved_bytes = size_t{1} << 40;
/// Deep enough for what the suite recurses on purpose, small enough that running out of it is
/// quick.
constexpr uint32_t stack_slots = 1u << 18;

/// WRT_COLLECT_ALWAYS in the environment: every allocation of an object collects first, so that
/// what the collector does not find is missed at once.
runtime::StoreOptions store_options()
{
    runtime::StoreOptions options;
    options.limits.stack_slots = stack_slots;
    options.collect_always = std::getenv("WRT_COLLECT_ALWAYS") != nullptr;
    return options;
}

/// WRT_CODE=lazy in the environment: functions are translated when they are first called.
runtime::CodeMode code_mode()
{
    const char* const wanted = std::getenv("WRT_CODE");
    return wanted != nullptr && std::string_view{wanted} == "lazy" ? runtime::CodeMode::lazy
                                                                   : runtime::CodeMode::eager;
}

/// spectest.print and its siblings: a script is not about what they print.
Status ignore(runtime::Caller&, void*, runtime::Slot*)
{
    return ok();
}

/// The module that every script may import from.
/// https://github.com/WebAssembly/spec/tree/main/interpreter#spectest-host-module
Status define_spectest(runtime::Store& store)
{
    runtime::ImportTable& names = store.names();
    struct Print {
        std::string_view name;
        std::vector<ValType> params;
    };
    const std::array<Print, 7> prints{{
        {"print", {}},
        {"print_i32", {ValType::i32}},
        {"print_i64", {ValType::i64}},
        {"print_f32", {ValType::f32}},
        {"print_f64", {ValType::f64}},
        {"print_i32_f32", {ValType::i32, ValType::f32}},
        {"print_f64_f64", {ValType::f64, ValType::f64}},
    }};
    for (const Print& print : prints) {
        WRT_CHECK(names.define_function("spectest", print.name, print.params, {}, ignore));
    }

    const std::array<std::pair<std::string_view, runtime::Value>, 4> globals{{
        {"global_i32", int32_t{666}},
        {"global_i64", int64_t{666}},
        {"global_f32", 666.6F},
        {"global_f64", 666.6},
    }};
    for (const auto& [name, value] : globals) {
        WRT_TRY(const auto global, store.make_global({.type = value.type}, value));
        WRT_CHECK(names.define("spectest", name, global));
    }

    const Limits table_limits{.min = 10, .max = 20, .has_max = true};
    Limits table64_limits = table_limits;
    table64_limits.is64 = true;
    const Limits memory_limits{.min = 1, .max = 2, .has_max = true};
    WRT_TRY(const auto table,
            store.make_table({.element = ValType::funcref, .limits = table_limits}));
    WRT_TRY(const auto table64,
            store.make_table({.element = ValType::funcref, .limits = table64_limits}));
    Limits shared_limits = memory_limits;
    shared_limits.shared = true;
    WRT_TRY(const auto memory, store.make_memory({.limits = memory_limits}));
    WRT_TRY(const auto shared_memory, store.make_memory({.limits = shared_limits}));
    WRT_CHECK(names.define("spectest", "table", table));
    WRT_CHECK(names.define("spectest", "table64", table64));
    WRT_CHECK(names.define("spectest", "shared_memory", shared_memory));
    return names.define("spectest", "memory", memory);
}

runtime::Ref ref_of(const Value& value)
{
    return value.kind == Value::Kind::host_ref ? runtime::Ref::host(value.low) : runtime::Ref{};
}

/// Numbers as their bits, references as the runtime's; `type` is what the function takes.
runtime::Value to_runtime(const Value& value, ValType type)
{
    runtime::Slot slots[2] = {{value.low}, {value.high}};
    if (type.is_ref()) slots[0] = {ref_of(value).bits};
    return runtime::load_value(type, slots);
}

Value::Kind kind_of(HeapType heap, runtime::Ref ref, const runtime::TypeRegistry& types)
{
    if (ref.is_null()) return Value::Kind::null_ref;
    if (types.is_subtype(heap, HeapType::func)) return Value::Kind::func_ref;
    if (types.is_subtype(heap, HeapType::exn)) return Value::Kind::exn_ref;
    if (ref.is_host()) return Value::Kind::host_ref;
    if (types.is_subtype(heap, HeapType::extern_)) return Value::Kind::extern_ref;
    if (ref.is_i31()) return Value::Kind::i31_ref;
    return ref.as_object()->kind() == runtime::ObjectKind::struct_ ? Value::Kind::struct_ref
                                                                   : Value::Kind::array_ref;
}

Value from_runtime(const runtime::Value& value, const runtime::TypeRegistry& types)
{
    switch (value.type.kind()) {
    case ValKind::i32: return {Value::Kind::i32, static_cast<uint32_t>(value.i32), 0};
    case ValKind::i64: return {Value::Kind::i64, static_cast<uint64_t>(value.i64), 0};
    case ValKind::f32: return {Value::Kind::f32, std::bit_cast<uint32_t>(value.f32), 0};
    case ValKind::f64: return {Value::Kind::f64, std::bit_cast<uint64_t>(value.f64), 0};
    case ValKind::v128: {
        runtime::Slot slots[2];
        runtime::store_value(value, slots);
        return {Value::Kind::v128, slots[0].bits, slots[1].bits};
    }
    case ValKind::ref: {
        const Value::Kind kind = kind_of(value.type.heap(), value.ref, types);
        return {kind, kind == Value::Kind::host_ref ? value.ref.host_value() : 0, 0};
    }
    case ValKind::bot:
    case ValKind::i8:
    case ValKind::i16: break;
    }
    WRT_UNREACHABLE();
}

bool has_type(const Value& value, ValType type)
{
    switch (value.kind) {
    case Value::Kind::i32: return type == ValType::i32;
    case Value::Kind::i64: return type == ValType::i64;
    case Value::Kind::f32: return type == ValType::f32;
    case Value::Kind::f64: return type == ValType::f64;
    case Value::Kind::v128: return type == ValType::v128;
    case Value::Kind::null_ref:
    case Value::Kind::host_ref:
    case Value::Kind::func_ref:
    case Value::Kind::i31_ref:
    case Value::Kind::struct_ref:
    case Value::Kind::array_ref:
    case Value::Kind::exn_ref:
    case Value::Kind::extern_ref: return type.is_ref();
    }
    return false;
}

}  // namespace

/// WRT_SNAPSHOT_POINTS=N in the environment: up to N times for each instance of a script a call is
/// stopped after some fuel, a snapshot taken, and the script goes on in another store that is made
/// from it.
class StopPlan {
public:
    [[nodiscard]] bool active() const { return points_ != 0; }
    /// Fuel until the next stop. Short ones are as likely as long ones.
    int64_t next()
    {
        if (left_ == 0) return INT64_MAX / 2;
        const auto bits = static_cast<unsigned>(random() % 16);  // up to 32,768
        return static_cast<int64_t>(random() & ((uint64_t{1} << bits) - 1));
    }
    void note_stop() { --left_; }
    void note_instance() { left_ = points_; }

    /// WRT_SNAPSHOT_MUTANTS=N: so many damaged copies of each snapshot are tried as well.
    [[nodiscard]] uint32_t mutants() const { return mutants_; }
    std::vector<uint8_t> mutated(std::vector<uint8_t> bytes)
    {
        for (uint64_t changes = 1 + random() % 3; changes != 0; --changes) {
            // What follows the contents of memories is where the shapes are.
            const uint64_t reach =
                random() % 2 == 0 ? bytes.size() : std::min<size_t>(bytes.size(), 400);
            uint8_t* const at = bytes.data() + (bytes.size() - 1 - random() % reach);
            switch (random() % 4) {
            case 0: *at = static_cast<uint8_t>(random()); break;
            case 1: *at ^= static_cast<uint8_t>(1u << random() % 8); break;
            case 2: ++*at; break;
            default:
                bytes.resize(bytes.size() - random() % std::min<size_t>(bytes.size(), 9));
                break;
            }
            if (bytes.empty()) break;
        }
        return bytes;
    }

private:
    uint64_t random()
    {
        random_ = random_ * 6364136223846793005u + 1442695040888963407u;
        return random_ >> 33;
    }
    static uint32_t number_of(const char* name)
    {
        const char* const asked = std::getenv(name);
        return asked != nullptr ? static_cast<uint32_t>(std::strtoul(asked, nullptr, 10)) : 0;
    }

    uint32_t points_ = number_of("WRT_SNAPSHOT_POINTS");
    uint32_t mutants_ = number_of("WRT_SNAPSHOT_MUTANTS");
    uint32_t left_ = points_;
    uint64_t random_ = 1;
};

/// What made a world, so that it can be made again.
struct Event {
    enum class Kind : uint8_t { load, instantiate, register_instance };
    Kind kind;
    size_t index = 0;  ///< Of the module, or the instance.
    std::string name;
};

/// What a script knows as an instance: one of this engine, or the shared memories of another's.
struct ScriptInstance {
    struct Shared {
        std::string name;
        runtime::SharedMemory* memory;
    };

    runtime::ModuleInstance* instance = nullptr;
    std::vector<Shared> shared;
};

/// For as long as the runtime is at work.
class Watched {
public:
    explicit Watched(const EngineOptions& options) : watch_{options.watch}
    {
        if (watch_ != nullptr) watch_(true);
    }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    ~Watched()
    {
        if (watch_ != nullptr) watch_(false);
    }

private:
    void (*watch_)(bool inside);
};

struct Engine::State {
    State(Backing backing, const EngineOptions& given)
        : arena{std::move(backing), {.linear_memory_cap = given.memory_bytes}}, options{given}
    {
    }

    Arena arena;
    EngineOptions options;
    [[nodiscard]] runtime::Extern find(InstanceId instance, std::string_view field) const
    {
        const ScriptInstance& named = instances.at(static_cast<size_t>(instance));
        return named.instance == nullptr ? runtime::Extern{} : find_export(*named.instance, field);
    }

    Result<runtime::Module*> load(std::span<const uint8_t> binary)
    {
        const Watched inside{options};
        runtime::LoadOptions load;
        load.lifetime = runtime::BinaryLifetime::copied;
        load.decode.features = options.features;
        load.code = code_mode();
        load.translate.fuel = plan.active();
        return runtime::load_module_from_binary(binary, arena, load);
    }

    Result<runtime::ModuleInstance*> instantiate(const runtime::Module& module)
    {
        const Watched inside{options};
        return runtime::instantiate(**store, module);
    }

    /// Allocates nothing: while the call runs the arena is sealed.
    Status call(runtime::FuncInstance& func, std::span<const runtime::Value> arguments,
                std::span<runtime::Value> results)
    {
        arena.seal();
        const Watched inside{options};
        const Status status = runtime::call(**store, func, arguments, results);
        arena.unseal();
        return status;
    }

    Result<runtime::Store*> store = runtime::Store::make(arena, store_options());
    std::vector<const runtime::Module*> modules;
    std::vector<ScriptInstance> instances;
    StopPlan plan;
    std::vector<Event> events;
};

Engine::Engine(const EngineOptions& options)
{
    Result<Backing> backing =
        options.buffer.empty() ? Backing::reserve(reserved_bytes) : Backing::over(options.buffer);
    // Without memory there is nothing to test with; value() says why and ends the run.
    state_ = std::make_unique<State>(std::move(backing).value(), options);
    define_spectest(*state_->store.value()).value();
}

Engine::~Engine() = default;

Result<Engine::ModuleId> Engine::load(std::span<const uint8_t> binary)
{
    WRT_TRY(const runtime::Module* const module, state_->load(binary));
    state_->modules.push_back(module);
    state_->events.push_back({Event::Kind::load, state_->modules.size() - 1, {}});
    return static_cast<ModuleId>(state_->modules.size() - 1);
}

Result<Engine::InstanceId> Engine::instantiate(ModuleId module)
{
    runtime::Store& store = **state_->store;
    const auto index = static_cast<size_t>(module);
    if (state_->plan.active()) store.execution().fuel = INT64_MAX / 2;
    const runtime::ModuleInstance* const before = store.newest_instance();
    const Result<runtime::ModuleInstance*> made = state_->instantiate(*state_->modules.at(index));
    // It is there even where its start function trapped.
    if (store.newest_instance() != before) {
        state_->instances.push_back({store.newest_instance(), {}});
        state_->plan.note_instance();
        state_->events.push_back({Event::Kind::instantiate, index, {}});
    }
    if (!made) return made.error();
    return static_cast<InstanceId>(state_->instances.size() - 1);
}

void Engine::adopt()
{
    state_->arena.adopt();
}

Engine::InstanceId Engine::share(Engine& other, InstanceId instance)
{
    const ScriptInstance& theirs = other.state_->instances.at(static_cast<size_t>(instance));
    ScriptInstance ours{nullptr, theirs.shared};
    const auto exports = theirs.instance == nullptr ? std::span<const runtime::Export>{}
                                                    : theirs.instance->module->exports;
    for (uint32_t i = 0; i < exports.size(); ++i) {
        const runtime::Extern item = export_at(*theirs.instance, i);
        if (item.kind != ExternKind::memory || item.memory->shared == nullptr) continue;
        ours.shared.push_back({std::string{exports[i].name}, item.memory->shared});
    }
    state_->instances.push_back(std::move(ours));
    return static_cast<InstanceId>(state_->instances.size() - 1);
}

Status Engine::register_as(std::string_view name, InstanceId instance)
{
    state_->events.push_back(
        {Event::Kind::register_instance, static_cast<size_t>(instance), std::string{name}});
    runtime::Store& store = **state_->store;
    const ScriptInstance& named = state_->instances.at(static_cast<size_t>(instance));
    if (named.instance != nullptr) return store.names().define_instance(name, *named.instance);
    for (const ScriptInstance::Shared& shared : named.shared) {
        WRT_TRY(runtime::MemoryInstance* const memory, store.make_memory(*shared.memory));
        WRT_CHECK(store.names().define(name, shared.name, memory));
    }
    return ok();
}

Result<std::vector<Value>> Engine::invoke(InstanceId instance, std::string_view field,
                                          std::span<const Value> args)
{
    runtime::Store& store = **state_->store;
    const runtime::Extern found = state_->find(instance, field);
    if (!found) return Error{.code = Errc::not_found};
    if (found.kind != ExternKind::func) return Error{.code = Errc::wrong_kind};

    const runtime::RegisteredType& type = store.types()[found.func->type];
    const auto params = type.params();
    if (args.size() != params.size()) return Error{.code = Errc::wrong_argument_count};

    std::vector<runtime::Value> arguments;
    for (size_t i = 0; i < params.size(); ++i) {
        if (!has_type(args[i], params[i])) return Error{.code = Errc::signature_mismatch};
        arguments.push_back(to_runtime(args[i], params[i]));
    }
    std::vector<runtime::Value> values(type.results().size());
    runtime::Execution& execution = store.execution();
    if (state_->plan.active()) {
        execution.fuel = state_->plan.next();
        execution.reserve = INT64_MAX / 2;
    }
    Status ended = state_->call(*found.func, arguments, values);
    while (!ended && ended.error().code == Errc::paused)
        ended = go_on_elsewhere(values);
    WRT_CHECK(ended);

    std::vector<Value> results;
    for (const runtime::Value& value : values)
        results.push_back(from_runtime(value, (*state_->store)->types()));
    return results;
}

namespace {

Result<std::vector<uint8_t>> snapshot_of(runtime::Store& store)
{
    std::vector<uint8_t> bytes;
    const auto append = [](void* to, std::span<const uint8_t> more) -> Status {
        auto& all = *static_cast<std::vector<uint8_t>*>(to);
        all.insert(all.end(), more.begin(), more.end());
        return ok();
    };
    ByteWriter writer{{append, &bytes}};
    WRT_CHECK(runtime::write_snapshot(store, writer));
    WRT_CHECK(writer.finish());
    return bytes;
}

}  // namespace

/// Loads and instantiates in `made` what was in `old`, without effects.
Status Engine::make_again(const State& old, State& made)
{
    runtime::Store& store = **made.store;
    for (const Event& event : old.events) {
        switch (event.kind) {
        case Event::Kind::load: {
            WRT_TRY(const runtime::Module* const module,
                    made.load(old.modules[event.index]->binary));
            made.modules.push_back(module);
            break;
        }
        case Event::Kind::instantiate: {
            WRT_TRY(runtime::ModuleInstance* const instance,
                    runtime::instantiate_without_effects(store, *made.modules[event.index],
                                                         store.names()));
            made.instances.push_back({instance, {}});
            break;
        }
        case Event::Kind::register_instance:
            WRT_CHECK(
                store.names().define_instance(event.name, *made.instances[event.index].instance));
            break;
        }
    }
    return ok();
}

/// A snapshot that an enemy wrote is refused, or goes on somehow; whatever comes of that is right
/// as long as it comes to an end.
Status Engine::try_mutant(const State& old, std::span<const uint8_t> snapshot)
{
    Engine victim{old.options};
    State& made = *victim.state_;
    WRT_CHECK(make_again(old, made));
    runtime::Execution& execution = (*made.store)->execution();
    if (!runtime::read_snapshot(**made.store, snapshot)) return ok();
    execution.fuel = std::min<int64_t>(execution.fuel, 10'000);
    std::vector<runtime::Slot> window(size_t{2} * limits::results);
    (void)runtime::resume(execution, window);
    (*made.store)->collect();
    return ok();
}

/// Takes a snapshot of the stopped call, makes the world anew from it, and resumes the call there.
Status Engine::go_on_elsewhere(std::span<runtime::Value> results)
{
    WRT_TRY(const std::vector<uint8_t> snapshot, snapshot_of(**state_->store));

    Engine other{state_->options};
    State& made = *other.state_;
    runtime::Store& store = **made.store;
    WRT_CHECK(make_again(*state_, made));
    WRT_CHECK(runtime::read_snapshot(store, snapshot));
    WRT_TRY(const std::vector<uint8_t> again, snapshot_of(store));
    if (again != snapshot) return Error{.code = Errc::internal};
    made.events = state_->events;
    made.plan = state_->plan;
    made.plan.note_stop();
    for (uint32_t i = made.plan.mutants(); i != 0; --i)
        WRT_CHECK(try_mutant(*state_, made.plan.mutated(snapshot)));
    std::swap(state_, other.state_);

    store.execution().fuel = std::min(store.execution().fuel, state_->plan.next());
    store.execution().reserve = INT64_MAX / 2;
    std::vector<runtime::Slot> window(size_t{2} * std::max<size_t>(results.size(), 1));
    const auto types = store.types()[runtime::stopped_function(store.execution()).type].results();
    WRT_CHECK(runtime::resume(store.execution(), window));
    const runtime::Slot* slot = window.data();
    for (size_t i = 0; i < results.size(); ++i) {
        results[i] = runtime::load_value(types[i], slot);
        slot += runtime::slots_of(types[i]);
    }
    return ok();
}

Result<Value> Engine::get(InstanceId instance, std::string_view field)
{
    runtime::Store& store = **state_->store;
    const runtime::Extern found = state_->find(instance, field);
    if (!found) return Error{.code = Errc::not_found};
    if (found.kind != ExternKind::global) return Error{.code = Errc::wrong_kind};
    return from_runtime(runtime::load_value(found.global->type.type, found.global->value),
                        store.types());
}

}  // namespace wrt::wast
