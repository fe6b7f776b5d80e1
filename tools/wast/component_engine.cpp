#include "component_engine.hpp"

#include <algorithm>
#include <cstring>

#include <wrt/component/component.hpp>

namespace wrt::wast {
namespace {

using component::FuncType;
using component::HostMemory;
using decoder::ComponentField;
using decoder::ComponentTypeKind;
using decoder::ComponentTypeNode;
using decoder::ComponentTypes;
using decoder::ComponentValType;
using decoder::PrimitiveType;
using decoder::ValueLayout;

constexpr size_t arena_bytes = size_t{512} << 20;
constexpr size_t host_bytes = size_t{1} << 20;
constexpr uint32_t stack_slots = 1 << 16;

using Kind = ComponentValue::Kind;

// NOLINTBEGIN(misc-no-recursion): over types, whose depth validation bounds.

/// Writes and compares values of a type, as the canonical ABI has them in the host's memory.
class Codec {
public:
    Codec(const ComponentTypes& types, HostMemory& memory) : types_{types}, memory_{memory} {}

    Status write(const ComponentValue& value, ComponentValType type, uint32_t at)
    {
        type = types_.plain(type);
        if (type.is_primitive()) return write_primitive(value, type.primitive(), at);
        const ComponentTypeNode& node = types_[type.node()];
        switch (node.kind) {
        case ComponentTypeKind::record:
        case ComponentTypeKind::tuple: {
            const auto fields = types_.fields_of(node);
            if (value.items.size() != fields.size()) return mismatch();
            uint32_t place = at;
            for (size_t i = 0; i < fields.size(); ++i) {
                const ValueLayout layout = types_.layout_of(fields[i].type);
                place = decoder::aligned_up(place, layout.align);
                const ComponentValue* item = &value.items[i];
                if (value.kind == Kind::record) {
                    const auto found = std::ranges::find(value.names, fields[i].name);
                    if (found == value.names.end()) return mismatch();
                    item = &value.items[static_cast<size_t>(found - value.names.begin())];
                }
                WRT_CHECK(write(*item, fields[i].type, place));
                place += layout.size;
            }
            return ok();
        }
        case ComponentTypeKind::list:
            return write_list(value, ComponentValType::of_bits(node.a), at);
        case ComponentTypeKind::map: return write_map(value, node, at);
        case ComponentTypeKind::fixed_list: {
            const ComponentValType element = ComponentValType::of_bits(node.a);
            if (value.items.size() != node.b) return mismatch();
            for (uint32_t i = 0; i < node.b; ++i) {
                WRT_CHECK(write(value.items[i], element, at + i * types_.layout_of(element).size));
            }
            return ok();
        }
        case ComponentTypeKind::variant:
        case ComponentTypeKind::enum_: {
            const auto cases = types_.fields_of(node);
            const auto found = std::ranges::find(cases, value.text, &ComponentField::name);
            if (found == cases.end()) return mismatch();
            put(at, decoder::discriminant_bytes(node.count),
                static_cast<uint64_t>(found - cases.begin()));
            return write_payload(value, found->type, at + node.a);
        }
        case ComponentTypeKind::option: {
            const ComponentValType payload = ComponentValType::of_bits(node.a);
            put(at, 1, value.items.empty() ? 0 : 1);
            return write_payload(value, value.items.empty() ? ComponentValType{} : payload,
                                 at + types_.layout_of(payload).align);
        }
        case ComponentTypeKind::result: {
            const ComponentValType good = ComponentValType::of_bits(node.a);
            const ComponentValType bad = ComponentValType::of_bits(node.b);
            put(at, 1, value.number != 0 ? 0 : 1);
            const uint32_t align =
                std::max(types_.layout_of(good).align, types_.layout_of(bad).align);
            return write_payload(value, value.number != 0 ? good : bad, at + align);
        }
        case ComponentTypeKind::flags: {
            uint64_t bits = 0;
            const auto labels = types_.fields_of(node);
            for (const std::string& name : value.names) {
                const auto found = std::ranges::find(labels, name, &ComponentField::name);
                if (found == labels.end()) return mismatch();
                bits |= uint64_t{1} << (found - labels.begin());
            }
            put(at, decoder::flags_bytes(node.count), bits);
            return ok();
        }
        case ComponentTypeKind::alias:
        case ComponentTypeKind::primitive:
        case ComponentTypeKind::own:
        case ComponentTypeKind::borrow:
        case ComponentTypeKind::stream:
        case ComponentTypeKind::future:
        case ComponentTypeKind::resource:
        case ComponentTypeKind::func:
        case ComponentTypeKind::instance:
        case ComponentTypeKind::component: break;
        }
        return mismatch();
    }

    /// Whether the value at a place is the expected one; else `note` says where not.
    bool equals(const ComponentValue& value, ComponentValType type, uint32_t at, std::string& note)
    {
        type = types_.plain(type);
        if (type.is_primitive()) return equals_primitive(value, type.primitive(), at, note);
        const ComponentTypeNode& node = types_[type.node()];
        const auto differs = [&](const std::string& what) {
            note += what;
            return false;
        };
        switch (node.kind) {
        case ComponentTypeKind::record:
        case ComponentTypeKind::tuple: {
            const auto fields = types_.fields_of(node);
            if (value.items.size() != fields.size()) return differs("number of fields");
            uint32_t place = at;
            for (size_t i = 0; i < fields.size(); ++i) {
                const ValueLayout layout = types_.layout_of(fields[i].type);
                place = decoder::aligned_up(place, layout.align);
                if (!equals(value.items[i], fields[i].type, place, note)) return false;
                place += layout.size;
            }
            return true;
        }
        case ComponentTypeKind::list: {
            const ComponentValType element = ComponentValType::of_bits(node.a);
            const auto first = static_cast<uint32_t>(get(at, 4));
            if (get(at + 4, 4) != value.items.size()) return differs("length of a list");
            for (uint32_t i = 0; i < value.items.size(); ++i) {
                if (!equals(value.items[i], element, first + i * types_.layout_of(element).size,
                            note)) {
                    return false;
                }
            }
            return true;
        }
        case ComponentTypeKind::fixed_list: {
            const ComponentValType element = ComponentValType::of_bits(node.a);
            if (node.b != value.items.size()) return differs("length of a list");
            for (uint32_t i = 0; i < node.b; ++i) {
                if (!equals(value.items[i], element, at + i * types_.layout_of(element).size, note))
                    return false;
            }
            return true;
        }
        case ComponentTypeKind::variant:
        case ComponentTypeKind::enum_: {
            const auto cases = types_.fields_of(node);
            const auto index = get(at, decoder::discriminant_bytes(node.count));
            if (cases[index].name != value.text)
                return differs("case " + std::string{cases[index].name});
            return equals_payload(value, cases[index].type, at + node.a, note);
        }
        case ComponentTypeKind::option: {
            if ((get(at, 1) != 0) == value.items.empty()) return differs("option");
            const ComponentValType payload = ComponentValType::of_bits(node.a);
            return value.items.empty() ||
                   equals(value.items[0], payload, at + types_.layout_of(payload).align, note);
        }
        case ComponentTypeKind::result: {
            const ComponentValType good = ComponentValType::of_bits(node.a);
            const ComponentValType bad = ComponentValType::of_bits(node.b);
            if ((get(at, 1) == 0) != (value.number != 0)) return differs("result");
            const uint32_t align =
                std::max(types_.layout_of(good).align, types_.layout_of(bad).align);
            return equals_payload(value, value.number != 0 ? good : bad, at + align, note);
        }
        case ComponentTypeKind::flags: {
            uint64_t bits = 0;
            const auto labels = types_.fields_of(node);
            for (const std::string& name : value.names) {
                const auto found = std::ranges::find(labels, name, &ComponentField::name);
                if (found == labels.end()) return differs("flag " + name);
                bits |= uint64_t{1} << (found - labels.begin());
            }
            return bits == get(at, decoder::flags_bytes(node.count)) || differs("flags");
        }
        case ComponentTypeKind::alias:
        case ComponentTypeKind::primitive:
        case ComponentTypeKind::own:
        case ComponentTypeKind::borrow:
        case ComponentTypeKind::stream:
        case ComponentTypeKind::future:
        case ComponentTypeKind::map:
        case ComponentTypeKind::resource:
        case ComponentTypeKind::func:
        case ComponentTypeKind::instance:
        case ComponentTypeKind::component: break;
        }
        return differs("a value that no script writes");
    }

private:
    static Status mismatch() { return Error{.code = Errc::signature_mismatch}; }

    void put(uint32_t at, uint32_t bytes, uint64_t bits)
    {
        std::memcpy(memory_.bytes().data() + at, &bits, bytes);
    }
    uint64_t get(uint32_t at, uint32_t bytes) const
    {
        uint64_t bits = 0;
        std::memcpy(&bits, memory_.bytes().data() + at, bytes);
        return bits;
    }

    Status write_payload(const ComponentValue& value, ComponentValType type, uint32_t at)
    {
        if (type.is_none() != value.items.empty()) return mismatch();
        return type.is_none() ? ok() : write(value.items[0], type, at);
    }

    bool equals_payload(const ComponentValue& value, ComponentValType type, uint32_t at,
                        std::string& note)
    {
        if (type.is_none() || value.items.empty()) {
            if (type.is_none() == value.items.empty()) return true;
            note += "payload";
            return false;
        }
        return equals(value.items[0], type, at, note);
    }

    Status write_list(const ComponentValue& value, ComponentValType element, uint32_t at)
    {
        const ValueLayout layout = types_.layout_of(element);
        WRT_TRY(const uint32_t first,
                memory_.allocate(layout.align, uint64_t{layout.size} * value.items.size()));
        put(at, 4, first);
        put(at + 4, 4, value.items.size());
        for (uint32_t i = 0; i < value.items.size(); ++i) {
            WRT_CHECK(write(value.items[i], element, first + i * layout.size));
        }
        return ok();
    }

    Status write_map(const ComponentValue& value, const ComponentTypeNode& node, uint32_t at)
    {
        const ComponentValType types[] = {ComponentValType::of_bits(node.a),
                                          ComponentValType::of_bits(node.b)};
        const ValueLayout key = types_.layout_of(types[0]);
        const ValueLayout item = types_.layout_of(types[1]);
        const uint32_t align = std::max(key.align, item.align);
        const uint32_t item_at = decoder::aligned_up(key.size, item.align);
        const uint32_t stride = decoder::aligned_up(item_at + item.size, align);
        WRT_TRY(const uint32_t first,
                memory_.allocate(align, uint64_t{stride} * value.items.size()));
        put(at, 4, first);
        put(at + 4, 4, value.items.size());
        for (uint32_t i = 0; i < value.items.size(); ++i) {
            const ComponentValue& pair = value.items[i];
            if (pair.items.size() != 2) return mismatch();
            WRT_CHECK(write(pair.items[0], types[0], first + i * stride));
            WRT_CHECK(write(pair.items[1], types[1], first + i * stride + item_at));
        }
        return ok();
    }

    Status write_primitive(const ComponentValue& value, PrimitiveType type, uint32_t at)
    {
        if (type == PrimitiveType::string) {
            if (value.kind != Kind::string) return mismatch();
            WRT_TRY(const uint32_t first, memory_.allocate(1, value.text.size()));
            std::memcpy(memory_.bytes().data() + first, value.text.data(), value.text.size());
            put(at, 4, first);
            put(at + 4, 4, value.text.size());
            return ok();
        }
        put(at, decoder::layout_of(type).size, value.number);
        return ok();
    }

    bool equals_primitive(const ComponentValue& value, PrimitiveType type, uint32_t at,
                          std::string& note)
    {
        if (type == PrimitiveType::string) {
            const auto* const first =
                reinterpret_cast<const char*>(memory_.bytes().data() + get(at, 4));
            const std::string_view text{first, static_cast<size_t>(get(at + 4, 4))};
            if (text == value.text) return true;
            note += "\"" + std::string{text} + "\" and not \"" + value.text + "\"";
            return false;
        }
        const uint32_t bytes = decoder::layout_of(type).size;
        const uint64_t mask = bytes == 8 ? ~uint64_t{0} : (uint64_t{1} << (8 * bytes)) - 1;
        const uint64_t got = get(at, bytes);
        if (value.canonical_nan || value.arithmetic_nan) {
            const uint64_t quiet = bytes == 4 ? 0x7fc00000 : 0x7ff8000000000000;
            const uint64_t sign = uint64_t{1} << (8 * bytes - 1);
            const bool nan =
                (got & ~sign) == quiet || (value.arithmetic_nan && (got & quiet) == quiet);
            if (!nan) note += "no such NaN";
            return nan;
        }
        if (got == (value.number & mask)) return true;
        note += std::to_string(got) + " and not " + std::to_string(value.number & mask);
        return false;
    }

    const ComponentTypes& types_;
    HostMemory& memory_;
};

// NOLINTEND(misc-no-recursion)

}  // namespace

namespace {

/// The runtime is at work as long as it lives.
class Watched {
public:
    explicit Watched(const ComponentEngineOptions& options) : watch_{options.watch}
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

Backing backing_of(const ComponentEngineOptions& options)
{
    return options.buffer.empty() ? Backing::reserve(arena_bytes).value()
                                  : Backing::over(options.buffer);
}

}  // namespace

struct ComponentEngine::State {
    explicit State(const ComponentEngineOptions& given)
        : options{given},
          arena{backing_of(given), {.linear_memory_cap = given.memory_bytes}},
          room(host_bytes)
    {
        const Watched inside{options};
        runtime::StoreOptions how;
        how.limits.stack_slots = stack_slots;
        how.collect_always = given.collect_always;
        store = runtime::Store::make(arena, how).value();
        world = component::make_world(*store, {.threads = 16}).value();
    }

    Status call(const component::Func& func, HostMemory& memory, uint32_t args, uint32_t result)
    {
        arena.seal();
        const Watched inside{options};
        const Status status = component::call(*world, func, memory, args, result);
        arena.unseal();
        return status;
    }

    ComponentEngineOptions options;
    Arena arena;
    runtime::Store* store = nullptr;
    component::World* world = nullptr;
    std::vector<component::Component*> components;
    std::vector<component::Instance*> instances;
    std::vector<uint8_t> room;
};

ComponentEngine::ComponentEngine(const ComponentEngineOptions& options)
    : state_{std::make_unique<State>(options)}
{
}
ComponentEngine::~ComponentEngine() = default;

Result<size_t> ComponentEngine::load(std::span<const uint8_t> binary)
{
    component::ComponentLoadOptions options;
    options.lifetime = runtime::BinaryLifetime::copied;
    const auto load = [&] {
        const Watched inside{state_->options};
        return component::load_component_from_binary(binary, state_->arena, options);
    };
    WRT_TRY(component::Component* const made, load());
    state_->components.push_back(made);
    return state_->components.size() - 1;
}

Result<size_t> ComponentEngine::instantiate(size_t component)
{
    const auto instantiate = [&] {
        const Watched inside{state_->options};
        return component::instantiate(*state_->world, *state_->components[component]);
    };
    WRT_TRY(component::Instance* const made, instantiate());
    state_->instances.push_back(made);
    return state_->instances.size() - 1;
}

Status ComponentEngine::invoke(size_t instance, std::string_view field,
                               std::span<const ComponentValue> args,
                               const std::vector<ComponentValue>* expected, std::string& mismatch)
{
    const component::Func* const func =
        component::find_function(*state_->instances[instance], field);
    if (func == nullptr) return Error{.code = Errc::not_found};
    const FuncType type = component::type_of(*func);
    HostMemory memory{state_->room};
    Codec codec{type.types, memory};
    const auto params = type.params();
    if (params.size() != args.size()) return Error{.code = Errc::wrong_argument_count};
    const ValueLayout tuple = component::params_layout(type);
    WRT_TRY(const uint32_t first, memory.allocate(tuple.align, tuple.size));
    uint32_t place = first;
    for (size_t i = 0; i < args.size(); ++i) {
        const ValueLayout layout = type.types.layout_of(params[i].type);
        place = decoder::aligned_up(place, layout.align);
        WRT_CHECK(codec.write(args[i], params[i].type, place));
        place += layout.size;
    }
    const ValueLayout layout = type.types.layout_of(type.result());
    WRT_TRY(const uint32_t result, memory.allocate(layout.align, layout.size));
    WRT_CHECK(state_->call(*func, memory, first, result));
    if (expected == nullptr) return ok();
    const size_t results = type.result().is_none() ? 0 : 1;
    if (expected->size() != results) {
        mismatch = "number of results";
    } else if (results != 0) {
        codec.equals((*expected)[0], type.result(), result, mismatch);
    }
    return ok();
}

}  // namespace wrt::wast
