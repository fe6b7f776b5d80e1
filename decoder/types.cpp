// How types are written.
#include <wrt/decoder/instruction.hpp>
#include <wrt/decoder/types.hpp>

#include <wrt/foundation/text.hpp>

#include <iterator>
#include <string_view>

namespace wrt {

namespace {

constexpr std::string_view heap_names[abstract_heap_count] = {
    "bot", "func", "nofunc", "exn",    "noexn", "extern", "noextern",
    "any", "eq",   "i31",    "struct", "array", "none",
};

/// What (ref null X) is called in one word; empty for bot.
constexpr std::string_view short_names[abstract_heap_count] = {
    "",       "funcref", "nullfuncref", "exnref",    "nullexnref", "externref", "nullexternref",
    "anyref", "eqref",   "i31ref",      "structref", "arrayref",   "nullref",
};

constexpr std::string_view kind_names[] = {"bot",  "i32", "i64", "f32", "f64",
                                           "v128", "ref", "i8",  "i16"};

}  // namespace

void write_type_name(uint32_t type_bits, TextSink& sink)
{
    if (type_bits == nothing_type_bits) {
        sink.append("nothing");
        return;
    }
    if (const uint32_t feature = type_bits - feature_bits(Feature::mvp); feature < feature_count) {
        sink.append(name_of(static_cast<Feature>(feature)));
        return;
    }
    if (const uint32_t op = type_bits - instr_bits(Instr{0}); op < instr_count) {
        sink.append(info(static_cast<Instr>(op)).text);
        return;
    }
    const ValType type = ValType::of_bits(type_bits);
    if (type.is_bot()) {
        sink.append("a value");
        return;
    }
    if (!type.is_ref()) {
        const auto kind = static_cast<size_t>(type.kind());
        sink.append(kind < std::size(kind_names) ? kind_names[kind] : std::string_view{"?"});
        return;
    }
    const HeapType heap = type.heap();
    const auto abstract = static_cast<size_t>(heap.abstract());
    if (heap.is_abstract() && type.nullable() && !short_names[abstract].empty()) {
        sink.append(short_names[abstract]);
        return;
    }
    sink.append(type.nullable() ? "(ref null " : "(ref ");
    if (heap.is_abstract()) {
        sink.append(heap_names[abstract]);
    } else {
        sink.append_decimal(heap.index());
    }
    sink.append(")");
}

}  // namespace wrt
