// Random modules: everything around the bodies.
#include "generator.hpp"

#include "generator_body.hpp"
#include "runtime/binary.hpp"

namespace wrt::test {

namespace {

constexpr Type numbers[] = {Type::i32, Type::i64, Type::f32, Type::f64};

class ModuleGenerator {
public:
    ModuleGenerator(uint64_t seed, const Features& features) : random_{seed}
    {
        shape_.features = features;
    }

    GeneratedModule module()
    {
        choose_types();
        choose_functions();
        choose_globals();
        choose_memories();
        choose_tables();
        choose_tags();
        shape_.data_segments = random_.below(3);
        shape_.element_segments = random_.below(3);

        std::vector<Bytes> bodies;
        for (size_t i = module_.imports; i < module_.functions.size(); ++i)
            bodies.push_back(BodyGenerator{random_, shape_, module_.functions[i]}.body());
        module_.binary = binary(bodies);
        choose_calls();
        return std::move(module_);
    }

private:
    Type any_type(bool host)
    {
        if (shape_.features.vectors && !host && random_.one_in(4)) return Type::v128;
        if (shape_.features.objects && !host && random_.one_in(4))
            return static_cast<Type>(static_cast<uint32_t>(Type::anyref) + random_.below(6));
        if (!random_.one_in(12)) return random_.of(numbers);
        const auto type = static_cast<Type>(4 + random_.below(3));
        return host && type == Type::callee ? Type::funcref : type;
    }
    Types any_types(size_t most, bool host)
    {
        Types types(random_.below(most + 1));
        for (Type& type : types)
            type = any_type(host);
        return types;
    }

    void choose_types()
    {
        // Few different results, so that tail calls find somebody.
        std::vector<Types> results = {{}, {random_.of(numbers)}, any_types(3, true)};
        shape_.types.push_back({any_types(3, true), random_.of(results)});
        if (shape_.features.objects) {
            shape_.objects = ObjectTypes::random(random_, shape_.features.vectors);
            for (uint32_t i = 1; i <= ObjectTypes::count; ++i)
                shape_.types.push_back({.params = {}, .results = {}, .other = i});
            results.push_back(any_types(2, false));
        }
        if (random_.one_in(8)) results.push_back(any_types(8, false));
        if (shape_.features.vectors) results.push_back(any_types(2, false));
        const uint32_t more = 3 + random_.below(4);
        for (uint32_t i = 0; i < more; ++i)
            shape_.type_index(
                {any_types(random_.one_in(6) ? 9 : 4, random_.one_in(2)), random_.of(results)});
        named_types_ = static_cast<uint32_t>(shape_.types.size());
    }

    /// A function's.
    uint32_t any_named_type()
    {
        while (true) {
            const uint32_t type = random_.below(named_types_);
            if (shape_.types[type].other == 0) return type;
        }
    }

    void choose_functions()
    {
        const auto add = [&](uint32_t type) {
            shape_.functions.push_back(type);
            module_.functions.push_back(shape_.types[type]);
        };
        for (uint32_t i = random_.below(4); i-- > 0;) {
            const uint32_t type = any_named_type();
            const auto is_callee = [](Type t) { return t == Type::callee; };
            bool plain = shape_.types[type].reaches_hosts();
            for (const Type t : shape_.types[type].params)
                plain &= !is_callee(t);
            for (const Type t : shape_.types[type].results)
                plain &= !is_callee(t);
            if (plain) add(type);
        }
        module_.imports = static_cast<uint32_t>(shape_.functions.size());
        add(0);
        for (uint32_t i = 1 + random_.below(4); i-- > 0;)
            add(any_named_type());
    }

    void choose_globals()
    {
        shape_.globals = {Type::i32};
        for (uint32_t i = 1 + random_.below(5); i-- > 0;)
            shape_.globals.push_back(random_.of(numbers));
        if (random_.one_in(2)) shape_.globals.push_back(Type::funcref);
        if (shape_.features.vectors && random_.one_in(2)) shape_.globals.push_back(Type::v128);
        if (shape_.features.objects) {
            for (const Type type : {Type::object, Type::list, Type::anyref}) {
                if (random_.one_in(2)) shape_.globals.push_back(type);
            }
        }
        module_.globals = shape_.globals;
    }

    void choose_memories()
    {
        shape_.memories.push_back({random_.one_in(10)});
        if (random_.one_in(3)) shape_.memories.push_back({random_.one_in(2)});
        module_.memories = static_cast<uint32_t>(shape_.memories.size());
    }

    void choose_tables()
    {
        for (uint32_t i = random_.one_in(3) ? 2 : 1; i-- > 0;) {
            ModuleShape::Table table{.is64 = random_.one_in(5), .functions = {}};
            for (int entry = 0; entry < 16; ++entry) {
                table.functions.push_back(random_.one_in(8)
                                              ? ModuleShape::no_entry
                                              : random_.below(shape_.functions.size()));
            }
            shape_.tables.push_back(std::move(table));
        }
        module_.tables = static_cast<uint32_t>(shape_.tables.size());
    }

    void choose_tags()
    {
        if (!shape_.features.exceptions) return;
        for (uint32_t i = 1 + random_.below(3); i-- > 0;) {
            const Types params = any_types(random_.one_in(6) ? 6 : 2, random_.one_in(2));
            shape_.tags.push_back(shape_.type_index({params, {}}));
            module_.tags.push_back(params);
        }
    }

    static Bytes item(uint32_t function)
    {
        if (function == ModuleShape::no_entry) return {0xd0, 0x70, 0x0b};
        return bytes(0xd2, leb(function), 0x0b);
    }

    Bytes initial(Type type)
    {
        const uint64_t bits = interesting_bits(random_, type);
        switch (type) {
        case Type::i32: return bytes(0x41, signed_leb(static_cast<int32_t>(bits)), 0x0b);
        case Type::i64: return bytes(0x42, signed_leb(static_cast<int64_t>(bits)), 0x0b);
        case Type::f32: return {0x43, 0, 0, 0x80, 0x3f, 0x0b};
        case Type::f64: return {0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x0b};
        case Type::funcref:
        case Type::externref:
        case Type::callee:
        case Type::some_func:
        case Type::exn: break;
        case Type::anyref:
        case Type::object:
        case Type::packed:
        case Type::numbers:
        case Type::list:
        case Type::i31: return {0xd0, 0x71, 0x0b};
        case Type::v128: {
            Bytes vector = {0xfd, 0x0c};
            for (int i = 0; i < 16; ++i)
                vector.push_back(static_cast<uint8_t>(random_.bits()));
            return bytes(vector, 0x0b);
        }
        }
        return {0xd0, 0x70, 0x0b};
    }

    static Bytes limits(bool is64, uint64_t min, uint64_t max)
    {
        return is64 ? between64(min, max) : between(min, max);
    }

    /// The sections, once bodies have asked for their types.
    Bytes binary(const std::vector<Bytes>& bodies)
    {
        const auto list_of = [](const auto& items, auto&& encode) {
            std::vector<Bytes> all;
            for (uint32_t i = 0; i < items.size(); ++i)
                all.push_back(encode(items[i], i));
            return all;
        };
        std::vector<Bytes> all_types;
        for (const FunctionType& type : shape_.types) {
            const auto encode = [](Type t, uint32_t) { return encoded(t); };
            if (type.other == 0)
                all_types.push_back(
                    func_type(list_of(type.params, encode), list_of(type.results, encode)));
            else if (type.other == 1)
                all_types.push_back(shape_.objects.definitions());
        }
        std::vector<Bytes> imported, own, exported, active, passive, segments;
        for (uint32_t i = 0; i < shape_.functions.size(); ++i) {
            const Bytes type = leb(shape_.functions[i]);
            if (i < module_.imports)
                imported.push_back(import("h", std::to_string(i), bytes(0x00, type)));
            else
                own.push_back(type);
            exported.push_back(bytes(name("f" + std::to_string(i)), 0x00, leb(i)));
        }
        for (uint8_t i = 0; i < shape_.globals.size(); ++i)
            exported.push_back(export_global("g" + std::to_string(i), i));
        for (uint8_t i = 0; i < shape_.memories.size(); ++i)
            exported.push_back(export_memory("m" + std::to_string(i), i));
        for (uint8_t i = 0; i < shape_.tables.size(); ++i)
            exported.push_back(export_table("t" + std::to_string(i), i));
        for (uint8_t i = 0; i < shape_.tags.size(); ++i)
            exported.push_back(export_tag("e" + std::to_string(i), i));
        exported.push_back(export_memory("memory", 0));

        for (uint8_t i = 0; i < shape_.tables.size(); ++i) {
            const auto& table = shape_.tables[i];
            std::vector<Bytes> items;
            for (const uint32_t function : table.functions)
                items.push_back(item(function));
            const Bytes start = table.is64 ? Bytes{0x42, 0x00, 0x0b} : Bytes{0x41, 0x00, 0x0b};
            active.push_back(bytes(0x06, leb(i), start, 0x70, vec(items)));
        }
        for (uint32_t i = 0; i < shape_.element_segments; ++i) {
            std::vector<Bytes> items;
            for (int n = 0; n < 3; ++n)
                items.push_back(item(random_.below(shape_.functions.size())));
            passive.push_back(bytes(0x05, 0x70, vec(items)));
        }
        // Passive ones first: bodies count from 0.
        std::vector<Bytes> elements_of = passive;
        elements_of.insert(elements_of.end(), active.begin(), active.end());
        for (uint32_t i = 0; i < shape_.data_segments; ++i)
            segments.push_back(bytes(0x01, sized({1, 2, 3, 0xfe, 5, 6, 7, 8, 9, 10, 11, 12})));
        Bytes page;
        for (int i = 0; i < 512; ++i)
            page.push_back(static_cast<uint8_t>(random_.one_in(3) ? 0 : random_.bits()));
        segments.push_back(bytes(
            0x02, 0x00, shape_.memories[0].is64 ? Bytes{0x42, 0x00, 0x0b} : Bytes{0x41, 0x00, 0x0b},
            sized(page)));

        return wasm({types(all_types), imports(imported), functions(own),
                     tables(list_of(shape_.tables,
                                    [&](const ModuleShape::Table& table, uint32_t) {
                                        return bytes(0x70,
                                                     limits(table.is64, 16, 16 + random_.below(8)));
                                    })),
                     memories(list_of(shape_.memories,
                                      [&](const ModuleShape::Memory& memory, uint32_t) {
                                          return limits(memory.is64, 1, 1 + random_.below(3));
                                      })),
                     tags(list_of(shape_.tags,
                                  [](uint32_t type, uint32_t) { return bytes(0x00, leb(type)); })),
                     globals(list_of(shape_.globals,
                                     [&](Type type, uint32_t) {
                                         return bytes(encoded(type), 0x01, initial(type));
                                     })),
                     exports(exported), elements(elements_of), section(12, leb(segments.size())),
                     code(bodies), test::data(segments)});
    }

    void choose_calls()
    {
        const uint32_t count = 3 + random_.below(3);
        for (uint32_t i = 0; i < count; ++i) {
            GeneratedModule::Call call;
            call.function =
                module_.imports + random_.below(module_.functions.size() - module_.imports);
            if (!module_.functions[call.function].reaches_hosts())
                call.function = module_.imports;  // of type 0, which does
            for (const Type type : module_.functions[call.function].params)
                call.args.push_back(interesting_bits(random_, type));
            call.rounds = 1 + random_.skewed(random_.one_in(4) ? 150 : 30);
            module_.calls.push_back(std::move(call));
        }
    }

    Random random_;
    ModuleShape shape_;
    GeneratedModule module_;
    uint32_t named_types_ = 0;
};

}  // namespace

GeneratedModule generate_module(uint64_t seed, const Features& features)
{
    return ModuleGenerator{seed, features}.module();
}

}  // namespace wrt::test
