#include "same_module.hpp"

#include <wrt/decoder/disassemble.hpp>
#include <wrt/foundation/byte_reader.hpp>

#include <algorithm>
#include <vector>

namespace wrt::test {

namespace {

using decoder::Instruction;
using decoder::Module;

bool is_same(const Limits& a, const Limits& b)
{
    return a == b;
}

/// An instruction with its immediates in full, read from raw bytes.
std::string text_of(const Instruction& instruction)
{
    static std::vector<char> buffer(size_t{1} << 20);
    TextSink sink{buffer};
    decoder::write_instruction(instruction, sink);
    std::string text{sink.view()};
    if (sink.truncated()) text += "...";
    // Deeper than the names of things: bits that two texts might share.
    text += " #" + std::to_string(instruction.target_count *
                                  (info(instruction.op).immediates == Immediates::select_types));
    return text;
}

std::vector<std::string> instructions(ByteReader reader, std::vector<ValType>* locals)
{
    std::vector<std::string> all;
    if (locals != nullptr) {
        const uint32_t runs = reader.u32().value();
        for (uint32_t i = 0; i < runs; ++i) {
            const uint32_t run = reader.u32().value();
            // The type is the operand of nothing; its bytes are, and are short: as an instruction
            // `select (result t)` they decode.
            std::vector<uint8_t> select{0x1c, 1};
            const size_t left = std::min<size_t>(reader.remaining(), 16);
            select.insert(select.end(), reader.position(), reader.position() + left);
            ByteReader type_reader{select};
            Instruction instruction;
            decoder::decode_instruction(type_reader, instruction).value();
            reader.skip(static_cast<size_t>(type_reader.position() - select.data()) - 2).value();
            locals->insert(locals->end(), run, instruction.type);
        }
    }
    while (!reader.at_end()) {
        Instruction instruction;
        decoder::decode_instruction(reader, instruction).value();
        all.push_back(text_of(instruction));
    }
    return all;
}

std::string different(const std::string& what, const std::vector<std::string>& a,
                      const std::vector<std::string>& b)
{
    if (a == b) return {};
    const auto [x, y] = std::ranges::mismatch(a, b);
    return what + ": '" + (x == a.end() ? "nothing" : *x) + "' and '" +
           (y == b.end() ? "nothing" : *y) + "'";
}

std::string different(const std::string& what, const Module& a, const decoder::ConstExpr& of_a,
                      const Module& b, const decoder::ConstExpr& of_b)
{
    return different(what, instructions(ByteReader{a.bytes(of_a)}, nullptr),
                     instructions(ByteReader{b.bytes(of_b)}, nullptr));
}

std::string of_types(const Module& a, const Module& b)
{
    if (a.types.size() != b.types.size()) return "number of types";
    for (uint32_t i = 0; i < a.types.size(); ++i) {
        const std::string what = "type " + std::to_string(i);
        const TypeDef& x = a.types[i];
        const TypeDef& y = b.types[i];
        if (x.kind != y.kind || x.final != y.final || x.supertype != y.supertype ||
            x.canonical != y.canonical || x.group != y.group || x.params != y.params ||
            x.results != y.results) {
            return what;
        }
        if (x.kind == CompositeKind::func) {
            if (!std::ranges::equal(a.types.params(x), b.types.params(y))) return what;
            if (!std::ranges::equal(a.types.results(x), b.types.results(y))) return what;
        } else if (!std::ranges::equal(a.types.fields_of(x), b.types.fields_of(y))) {
            return what;
        }
    }
    const auto same_group = [](const RecGroup& x, const RecGroup& y) {
        return x.first == y.first && x.count == y.count;
    };
    return std::ranges::equal(a.types.groups, b.types.groups, same_group) ? "" : "rec groups";
}

std::string of_definitions(const Module& a, const Module& b)
{
    if (a.functions != b.functions) return "functions";
    const auto same_table = [](const TableType& x, const TableType& y) {
        return x.element == y.element && is_same(x.limits, y.limits);
    };
    const auto same_memory = [](const MemoryType& x, const MemoryType& y) {
        return is_same(x.limits, y.limits) && x.page_shift == y.page_shift;
    };
    const auto same_global = [](const GlobalType& x, const GlobalType& y) {
        return x.type == y.type && x.mut == y.mut;
    };
    const auto same_tag = [](const TagType& x, const TagType& y) { return x.type == y.type; };
    if (!std::ranges::equal(a.tables, b.tables, same_table)) return "tables";
    if (!std::ranges::equal(a.memories, b.memories, same_memory)) return "memories";
    if (!std::ranges::equal(a.globals, b.globals, same_global)) return "globals";
    if (!std::ranges::equal(a.tags, b.tags, same_tag)) return "tags";
    if (a.imported_functions != b.imported_functions || a.imported_tables != b.imported_tables ||
        a.imported_memories != b.imported_memories || a.imported_globals != b.imported_globals ||
        a.imported_tags != b.imported_tags) {
        return "number of imports";
    }
    const auto same_import = [](const decoder::Import& x, const decoder::Import& y) {
        return x.module == y.module && x.name == y.name && x.kind == y.kind && x.index == y.index;
    };
    const auto same_export = [](const decoder::Export& x, const decoder::Export& y) {
        return x.name == y.name && x.kind == y.kind && x.index == y.index;
    };
    if (!std::ranges::equal(a.imports, b.imports, same_import)) return "imports";
    if (!std::ranges::equal(a.exports, b.exports, same_export)) return "exports";
    if (a.start != b.start) return "start";
    if (a.declared_functions != b.declared_functions) return "declared functions";
    for (size_t i = 0; i < a.table_inits.size(); ++i) {
        const std::string found =
            different("table " + std::to_string(i), a, a.table_inits[i], b, b.table_inits[i]);
        if (!found.empty()) return found;
    }
    for (size_t i = 0; i < a.global_inits.size(); ++i) {
        const std::string found =
            different("global " + std::to_string(i), a, a.global_inits[i], b, b.global_inits[i]);
        if (!found.empty()) return found;
    }
    return {};
}

std::string of_elements(const Module& a, const Module& b)
{
    if (a.elements.size() != b.elements.size()) return "number of element segments";
    for (size_t i = 0; i < a.elements.size(); ++i) {
        const std::string what = "element segment " + std::to_string(i);
        const decoder::ElementSegment& x = a.elements[i];
        const decoder::ElementSegment& y = b.elements[i];
        if (x.mode != y.mode || x.expressions != y.expressions || x.type != y.type ||
            x.table != y.table || x.count != y.count) {
            return what;
        }
        const std::string offset = different(what, a, x.offset, b, y.offset);
        if (!offset.empty()) return offset;
        decoder::ElementItems of_a{a, x};
        decoder::ElementItems of_b{b, y};
        decoder::ElementItems::Item item_a;
        decoder::ElementItems::Item item_b;
        while (of_a.next(item_a) && of_b.next(item_b)) {
            if (item_a.function != item_b.function) return what;
            if (!x.expressions) continue;
            const std::string item = different(what, a, item_a.expression, b, item_b.expression);
            if (!item.empty()) return item;
        }
    }
    return {};
}

std::string of_data(const Module& a, const Module& b)
{
    if (a.data.size() != b.data.size()) return "number of data segments";
    for (size_t i = 0; i < a.data.size(); ++i) {
        const std::string what = "data segment " + std::to_string(i);
        const decoder::DataSegment& x = a.data[i];
        const decoder::DataSegment& y = b.data[i];
        if (x.active != y.active || x.memory != y.memory) return what;
        if (!std::ranges::equal(x.bytes, y.bytes)) return what;
        const std::string offset = different(what, a, x.offset, b, y.offset);
        if (!offset.empty()) return offset;
    }
    return {};
}

std::string of_bodies(const Module& a, const Module& b)
{
    if (a.bodies.size() != b.bodies.size()) return "number of bodies";
    for (size_t i = 0; i < a.bodies.size(); ++i) {
        const std::string what = "body " + std::to_string(i);
        std::vector<ValType> locals_a;
        std::vector<ValType> locals_b;
        const auto of_a = instructions(ByteReader{a.bytes(a.bodies[i])}, &locals_a);
        const auto of_b = instructions(ByteReader{b.bytes(b.bodies[i])}, &locals_b);
        if (locals_a != locals_b) return what + ": locals";
        const std::string found = different(what, of_a, of_b);
        if (!found.empty()) return found;
    }
    return {};
}

}  // namespace

std::string difference(const Module& a, const Module& b)
{
    for (const auto compare : {of_types, of_definitions, of_elements, of_data, of_bodies}) {
        const std::string found = compare(a, b);
        if (!found.empty()) return found;
    }
    return {};
}

}  // namespace wrt::test
