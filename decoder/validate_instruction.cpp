// The instructions whose type depends on more than their row: on an index, a label, or what lies on
// the stack. https://webassembly.github.io/spec/core/valid/instructions.html
#include <wrt/decoder/validate_function.hpp>

#include <wrt/foundation/limits.hpp>

#include <algorithm>

namespace wrt::decoder {

bool FunctionValidator::type(Instruction& instruction)
{
    offset_ = instruction.offset;
    const InstrInfo& row = info(instruction.op);
    switch (row.immediates) {
    case Immediates::none:
        return row.signature.by_hand ? type_simple(instruction)
                                     : apply_slowly(row.signature, ValType::bot);
    case Immediates::zero_byte: return apply_slowly(row.signature, ValType::bot);
    case Immediates::block_type:
    case Immediates::try_table: return block(instruction);
    case Immediates::label: return type_branch(instruction);
    case Immediates::label_table: return br_table(instruction);
    case Immediates::cast_label: return type_cast_branch(instruction);
    case Immediates::function:
    case Immediates::type_table:
    case Immediates::tag: return type_call(instruction);
    case Immediates::select_types: return select_typed(instruction);
    case Immediates::local: break;  // step() types them, and no constant expression has one
    case Immediates::global: return type_global(instruction);
    case Immediates::table: return type_table(instruction);
    case Immediates::elem: {
        return find_element(instruction.index) != nullptr;
    }
    case Immediates::data: return data_count_known() && find_data(instruction.index);
    case Immediates::table_table:
    case Immediates::elem_table:
    case Immediates::memory_memory:
    case Immediates::data_memory: return type_two_indices(instruction, row);
    case Immediates::heap_type: return type_reference(instruction);
    case Immediates::type_field: return type_struct(instruction);
    case Immediates::type: return type_of_type(instruction);
    case Immediates::type_count: return type_array(instruction);
    case Immediates::type_data:
    case Immediates::type_elem: return type_array_of_segment(instruction);
    case Immediates::type_type: return type_array_copy(instruction);
    case Immediates::i32:
    case Immediates::i64:
    case Immediates::f32:
    case Immediates::f64:
    case Immediates::v128: return apply_slowly(row.signature, ValType::bot);
    case Immediates::memory: return type_memory(instruction, row.signature);
    case Immediates::memarg8: return type_access(instruction, row.signature, 0, 0);
    case Immediates::memarg16: return type_access(instruction, row.signature, 1, 0);
    case Immediates::memarg32: return type_access(instruction, row.signature, 2, 0);
    case Immediates::memarg64: return type_access(instruction, row.signature, 3, 0);
    case Immediates::memarg128: return type_access(instruction, row.signature, 4, 0);
    case Immediates::memarg8_lane: return type_access(instruction, row.signature, 0, 16);
    case Immediates::memarg16_lane: return type_access(instruction, row.signature, 1, 8);
    case Immediates::memarg32_lane: return type_access(instruction, row.signature, 2, 4);
    case Immediates::memarg64_lane: return type_access(instruction, row.signature, 3, 2);
    case Immediates::lane2:
        return lane_below(instruction, 2) && apply_slowly(row.signature, ValType::bot);
    case Immediates::lane4:
        return lane_below(instruction, 4) && apply_slowly(row.signature, ValType::bot);
    case Immediates::lane8:
        return lane_below(instruction, 8) && apply_slowly(row.signature, ValType::bot);
    case Immediates::lane16:
        return lane_below(instruction, 16) && apply_slowly(row.signature, ValType::bot);
    case Immediates::lanes: {
        const auto& lanes = instruction.vector.bytes;
        const bool fit =
            std::all_of(lanes.begin(), lanes.end(), [](uint8_t lane) { return lane < 32; });
        return (fit || fail(Errc::invalid_lane_index)) && apply_slowly(row.signature, ValType::bot);
    }
    }
    WRT_UNREACHABLE();
}

/// No immediates, and typed by what is on the stack.
bool FunctionValidator::type_simple(Instruction& instruction)
{
    switch (raw(instruction.op)) {
    case raw(Instr::unreachable): set_unreachable(); return true;
    case raw(Instr::else_): return else_(instruction);
    case raw(Instr::catch_all): return legacy_handler(instruction);
    case raw(Instr::end): return end(instruction);
    case raw(Instr::return_): return return_(instruction);
    case raw(Instr::throw_ref): {
        if (!pop(ValType::exnref)) return false;
        set_unreachable();
        return true;
    }
    case raw(Instr::drop): return pop_any(instruction.type);
    case raw(Instr::select): return select(instruction);
    case raw(Instr::ref_is_null): return pop_reference(instruction.type) && push(ValType::i32);
    case raw(Instr::ref_as_non_null):
        return pop_reference(instruction.type) && push(instruction.type.as_non_null());
    case raw(Instr::any_convert_extern):
    case raw(Instr::extern_convert_any): {
        const bool to_any = instruction.op == Instr::any_convert_extern;
        if (!pop_reference(instruction.type)) return false;
        const ValType from = ValType::ref(to_any ? HeapType::extern_ : HeapType::any, true);
        if (!module_.is_subtype(instruction.type, from)) return mismatch(from, instruction.type);
        return push(
            ValType::ref(to_any ? HeapType::any : HeapType::extern_, instruction.type.nullable()));
    }
    default: WRT_UNREACHABLE();
    }
}

/// Without a type, select takes numbers and vectors only; the operands tell each other's type.
bool FunctionValidator::select(Instruction& instruction)
{
    ValType first;
    ValType second;
    if (!pop(ValType::i32) || !pop_any(second) || !pop_any(first)) return false;
    for (const ValType type : {second, first}) {
        if (type.is_ref()) return mismatch(ValType::bot, type);
    }
    if (first.is_bot()) first = second;
    if (!second.is_bot() && first != second) return mismatch(first, second);
    instruction.type = first;
    return push(first);
}

bool FunctionValidator::select_typed(Instruction& instruction)
{
    if (instruction.target_count != 1) return fail(Errc::invalid_result_arity);
    if (!resolve(instruction.type)) return false;
    return pop(ValType::i32) && pop(instruction.type) && pop(instruction.type) &&
           push(instruction.type);
}

// Branches.

bool FunctionValidator::br(Instruction& instruction)
{
    std::span<const ValType> types;
    if (!label_types(instruction.index, types) || !pop_all(types)) return false;
    set_unreachable();
    instruction.params = types;
    return true;
}

bool FunctionValidator::br_if(Instruction& instruction)
{
    std::span<const ValType> types;
    if (!pop(ValType::i32) || !label_types(instruction.index, types)) return false;
    if (!pop_all(types) || !push_all(types)) return false;
    instruction.params = types;
    return true;
}

bool FunctionValidator::return_(Instruction& instruction)
{
    instruction.results = context_.results;
    if (!pop_all(instruction.results)) return false;
    set_unreachable();
    return true;
}

bool FunctionValidator::type_branch(Instruction& instruction)
{
    std::span<const ValType> types;
    switch (raw(instruction.op)) {
    case raw(Instr::delegate): return delegate(instruction);
    case raw(Instr::rethrow): return rethrow(instruction);
    case raw(Instr::br): return br(instruction);
    case raw(Instr::br_if): return br_if(instruction);
    case raw(Instr::br_on_null): {
        if (!pop_reference(instruction.type) || !label_types(instruction.index, types)) {
            return false;
        }
        if (!pop_all(types) || !push_all(types) || !push(instruction.type.as_non_null())) {
            return false;
        }
        break;
    }
    case raw(Instr::br_on_non_null): {
        if (!pop_reference(instruction.type) || !label_types(instruction.index, types)) {
            return false;
        }
        const ValType branching = instruction.type.as_non_null();
        if (types.empty() || !module_.is_subtype(branching, types.back())) {
            return mismatch(types.empty() ? ValType::of_bits(nothing_type_bits) : types.back(),
                            branching);
        }
        const std::span<const ValType> others = types.first(types.size() - 1);
        if (!pop_all(others) || !push_all(others)) return false;
        break;
    }
    default: WRT_UNREACHABLE();
    }
    instruction.params = types;
    return true;
}

/// br_on_cast takes the branch with the target type and goes on with what is left of the source
/// type; br_on_cast_fail the other way round.
bool FunctionValidator::type_cast_branch(Instruction& instruction)
{
    if (!resolve(instruction.type) || !resolve(instruction.type2)) return false;
    const ValType from = instruction.type;
    const ValType to = instruction.type2;
    if (!module_.is_subtype(to, from)) return mismatch(from, to);

    const ValType rest = to.nullable() ? from.as_non_null() : from;
    const bool on_success = instruction.op == Instr::br_on_cast;
    const ValType branching = on_success ? to : rest;
    std::span<const ValType> types;
    if (!label_types(instruction.index, types)) return false;
    if (types.empty() || !module_.is_subtype(branching, types.back())) {
        return mismatch(types.empty() ? ValType::of_bits(nothing_type_bits) : types.back(),
                        branching);
    }
    const std::span<const ValType> others = types.first(types.size() - 1);
    instruction.params = types;
    return pop(from) && pop_all(others) && push_all(others) && push(on_success ? rest : to);
}

// Calls.

bool FunctionValidator::type_call(Instruction& instruction)
{
    const Instr op = instruction.op;
    if (op == Instr::catch_) return legacy_handler(instruction);
    if (op == Instr::throw_) {
        if (instruction.index >= module_.tags.size()) {
            return fail_index(Errc::unknown_tag, instruction.index, module_.tags.size());
        }
        instruction.params = module_.types.params(module_.tags[instruction.index].type);
        if (!pop_all(instruction.params)) return false;
        set_unreachable();
        return true;
    }
    if (op == Instr::call_indirect || op == Instr::return_call_indirect) {
        const TableType* const table = find_table(instruction.index2);
        if (table == nullptr) return false;
        if (!module_.is_subtype(table->element, ValType::funcref)) {
            return mismatch(ValType::funcref, table->element);
        }
        const TypeDef* const def = find_type(instruction.index, CompositeKind::func);
        if (def == nullptr) return false;
        if (!pop(table->limits.address_type())) return false;
        return call(instruction, instruction.index, op == Instr::return_call_indirect);
    }
    if (op == Instr::call || op == Instr::return_call) return call(instruction);
    if (instruction.index >= module_.functions.size()) {
        return fail_index(Errc::unknown_function, instruction.index, module_.functions.size());
    }
    const uint32_t type_index = module_.functions[instruction.index];
    WRT_ASSERT(op == Instr::ref_func);
    if (!constant_ && !module_.is_declared(instruction.index)) {
        return fail_index(Errc::undeclared_function_reference, instruction.index, 0);
    }
    instruction.type = ValType::ref(HeapType::of_index(module_.types.canonical(type_index)), false);
    return push(instruction.type);
}

/// call and return_call.
bool FunctionValidator::call(Instruction& instruction)
{
    const uint32_t function = instruction.index;
    if (function >= module_.functions.size()) {
        return fail_index(Errc::unknown_function, function, module_.functions.size());
    }
    return call(instruction, module_.functions[function], instruction.op == Instr::return_call);
}

/// Params in, results out; a tail call's results are the function's own.
bool FunctionValidator::call(Instruction& instruction, uint32_t type_index, bool tail)
{
    instruction.params = module_.types.params(type_index);
    instruction.results = module_.types.results(type_index);
    if (!pop_all(instruction.params)) return false;
    if (!tail) return push_all(instruction.results);
    if (!match_all(instruction.results, context_.results)) return false;
    set_unreachable();
    return true;
}

// Variables, tables, memories.

bool FunctionValidator::type_global(Instruction& instruction)
{
    if (instruction.index >= visible_globals_) {
        // Before gc, a constant expression read imported globals only.
        if (instruction.index < module_.globals.size() && !module_.features.has(Feature::gc)) {
            return decoder_.fail(needs_feature(Feature::gc, Errc::unknown_global, offset_));
        }
        return fail_index(Errc::unknown_global, instruction.index, visible_globals_);
    }
    const GlobalType& global = module_.globals[instruction.index];
    instruction.type = global.type;
    if (instruction.op == Instr::global_get) {
        if (constant_ && global.mut) return fail(Errc::constant_expression_required);
        return push(global.type);
    }
    return (global.mut || fail(Errc::immutable_global)) && pop(global.type);
}

bool FunctionValidator::type_table(Instruction& instruction)
{
    const TableType* const table = find_table(instruction.index);
    if (table == nullptr) return false;
    const ValType element = table->element;
    const ValType address = table->limits.address_type();
    instruction.type = element;
    switch (raw(instruction.op)) {
    case raw(Instr::table_get): return pop(address) && push(element);
    case raw(Instr::table_set): return pop(element) && pop(address);
    case raw(Instr::table_size): return push(address);
    case raw(Instr::table_grow): return pop(address) && pop(element) && push(address);
    case raw(Instr::table_fill): return pop(address) && pop(element) && pop(address);
    default: WRT_UNREACHABLE();
    }
}

/// memory.init, memory.copy, table.init, table.copy. A copy's length has the narrower of the two
/// address types.
bool FunctionValidator::type_two_indices(Instruction& instruction, const InstrInfo& row)
{
    const auto narrower = [](const Limits& a, const Limits& b) {
        return a.is64 && b.is64 ? ValType::i64 : ValType::i32;
    };
    switch (raw(instruction.op)) {
    case raw(Instr::memory_init): {
        if (!data_count_known()) return false;
        const MemoryType* const memory = find_memory(instruction.index2);
        if (memory == nullptr || !find_data(instruction.index)) return false;
        return apply_slowly(row.signature, memory->limits.address_type());
    }
    case raw(Instr::memory_copy): {
        const MemoryType* const to = find_memory(instruction.index);
        if (to == nullptr) return false;
        const MemoryType* const from = find_memory(instruction.index2);
        if (from == nullptr) return false;
        return pop(narrower(to->limits, from->limits)) && pop(from->limits.address_type()) &&
               pop(to->limits.address_type());
    }
    case raw(Instr::table_init): {
        const TableType* const table = find_table(instruction.index2);
        if (table == nullptr) return false;
        const ElementSegment* const segment = find_element(instruction.index);
        if (segment == nullptr) return false;
        if (!module_.is_subtype(segment->type, table->element)) {
            return mismatch(table->element, segment->type);
        }
        instruction.type = table->element;
        return pop(ValType::i32) && pop(ValType::i32) && pop(table->limits.address_type());
    }
    case raw(Instr::table_copy): {
        const TableType* const to = find_table(instruction.index);
        if (to == nullptr) return false;
        const TableType* const from = find_table(instruction.index2);
        if (from == nullptr) return false;
        if (!module_.is_subtype(from->element, to->element)) {
            return mismatch(to->element, from->element);
        }
        instruction.type = to->element;
        return pop(narrower(to->limits, from->limits)) && pop(from->limits.address_type()) &&
               pop(to->limits.address_type());
    }
    default: WRT_UNREACHABLE();
    }
}

/// Sets address_ to the type of the memory's addresses, where the memarg is valid.
bool FunctionValidator::memarg_fits(const Instruction& instruction, uint8_t natural_align)
{
    const MemoryType* const memory = find_memory(instruction.index);
    if (memory == nullptr) return false;
    if (instruction.align > natural_align) {
        return fail(Errc::alignment_must_not_be_larger_than_natural);
    }
    if (!memory->limits.is64 && instruction.value > std::numeric_limits<uint32_t>::max()) {
        return fail(Errc::offset_out_of_range);
    }
    address_ = memory->limits.address_type();
    return true;
}

/// Loads and stores, typed by their row and the memory's address type.
bool FunctionValidator::type_access(Instruction& instruction, const Signature& signature,
                                    uint8_t align, uint32_t lanes)
{
    if (!memarg_fits(instruction, align)) return false;
    if (info(instruction.op).feature == Feature::threads && instruction.align != align) {
        return fail(Errc::atomic_alignment_must_be_natural);
    }
    return (lanes == 0 || lane_below(instruction, lanes)) && apply_slowly(signature, address_);
}

/// memory.size, memory.grow, memory.fill.
bool FunctionValidator::type_memory(const Instruction& instruction, const Signature& signature)
{
    const MemoryType* const memory = find_memory(instruction.index);
    return memory != nullptr && apply_slowly(signature, memory->limits.address_type());
}

bool FunctionValidator::lane_below(const Instruction& instruction, uint32_t lanes)
{
    return instruction.lane < lanes || fail(Errc::invalid_lane_index);
}

// References and aggregates.

/// ref.null, ref.test, ref.cast: the immediate is the whole type.
bool FunctionValidator::type_reference(Instruction& instruction)
{
    if (!resolve(instruction.type)) return false;
    if (instruction.op == Instr::ref_null) return push(instruction.type);
    // Any operand of the same hierarchy may be asked.
    if (!pop(ValType::ref(module_.types.top_of(instruction.type.heap()), true))) return false;
    const bool test = instruction.op == Instr::ref_test || instruction.op == Instr::ref_test_null;
    return push(test ? ValType::i32 : instruction.type);
}

/// Instructions whose only immediate is a type index.
bool FunctionValidator::type_of_type(Instruction& instruction)
{
    switch (raw(instruction.op)) {
    case raw(Instr::call_ref):
    case raw(Instr::return_call_ref): {
        const TypeDef* const def = find_type(instruction.index, CompositeKind::func);
        if (def == nullptr) return false;
        return pop(def->reference[1]) &&
               call(instruction, instruction.index, instruction.op == Instr::return_call_ref);
    }
    case raw(Instr::struct_new):
    case raw(Instr::struct_new_default): return type_struct(instruction);
    default: return type_array(instruction);
    }
}

bool FunctionValidator::type_struct(Instruction& instruction)
{
    const TypeDef* const def = find_type(instruction.index, CompositeKind::struct_);
    if (def == nullptr) return false;
    const std::span<const FieldType> fields = module_.types.fields_of(*def);

    if (instruction.op == Instr::struct_new_default) {
        return (def->results != 0 || fail(Errc::type_is_not_defaultable)) &&
               push(def->reference[0]);
    }
    if (instruction.op == Instr::struct_new) {
        for (size_t i = fields.size(); i-- > 0;) {
            if (unreachable_ && scratch_.operands.size() == floor_) break;  // the rest is bot
            if (!pop(fields[i].storage.unpacked())) return false;
        }
        return push(def->reference[0]);
    }
    if (instruction.index2 >= fields.size()) {
        return fail_index(Errc::unknown_field, instruction.index2, fields.size());
    }
    const FieldType& field = fields[instruction.index2];
    instruction.type = field.storage;
    if (instruction.op == Instr::struct_set) {
        return (field.mut || fail(Errc::immutable_field)) && pop(field.storage.unpacked()) &&
               pop(def->reference[1]);
    }
    const bool extending = instruction.op != Instr::struct_get;
    if (extending != field.storage.is_packed()) {
        return fail(extending ? Errc::field_is_unpacked : Errc::field_is_packed);
    }
    return pop(def->reference[1]) && push(field.storage.unpacked());
}

bool FunctionValidator::type_array(Instruction& instruction)
{
    const TypeDef* const def = find_type(instruction.index, CompositeKind::array);
    if (def == nullptr) return false;
    const FieldType& element = module_.types.fields_of(*def).front();
    const ValType value = element.storage.unpacked();
    const ValType array = def->reference[1];
    instruction.type = element.storage;
    switch (raw(instruction.op)) {
    case raw(Instr::array_new): return pop(ValType::i32) && pop(value) && push(def->reference[0]);
    case raw(Instr::array_new_default):
        return (value.is_defaultable() || fail(Errc::type_is_not_defaultable)) &&
               pop(ValType::i32) && push(def->reference[0]);
    case raw(Instr::array_new_fixed): {
        if (instruction.index2 > limits::array_new_fixed) {
            return decoder_.fail({.code = Errc::too_many_array_operands,
                                  .detail = Detail::count,
                                  .offset = offset_,
                                  .expected = limits::array_new_fixed,
                                  .actual = instruction.index2});
        }
        return pop_repeated(value, instruction.index2) && push(def->reference[0]);
    }
    case raw(Instr::array_get):
    case raw(Instr::array_get_s):
    case raw(Instr::array_get_u): {
        const bool extending = instruction.op != Instr::array_get;
        if (extending != element.storage.is_packed()) {
            return fail(extending ? Errc::array_is_unpacked : Errc::array_is_packed);
        }
        return pop(ValType::i32) && pop(array) && push(value);
    }
    case raw(Instr::array_set):
        return (element.mut || fail(Errc::immutable_array)) && pop(value) && pop(ValType::i32) &&
               pop(array);
    case raw(Instr::array_fill):
        return (element.mut || fail(Errc::immutable_array)) && pop(ValType::i32) && pop(value) &&
               pop(ValType::i32) && pop(array);
    default: WRT_UNREACHABLE();
    }
}

/// array.new_data, array.new_elem, array.init_data, array.init_elem.
bool FunctionValidator::type_array_of_segment(Instruction& instruction)
{
    const TypeDef* const def = find_type(instruction.index, CompositeKind::array);
    if (def == nullptr) return false;
    const FieldType& element = module_.types.fields_of(*def).front();
    instruction.type = element.storage;
    const bool init =
        instruction.op == Instr::array_init_data || instruction.op == Instr::array_init_elem;
    if (init && !element.mut) return fail(Errc::immutable_array);

    if (instruction.op == Instr::array_new_data || instruction.op == Instr::array_init_data) {
        if (!data_count_known() || !find_data(instruction.index2)) return false;
        if (element.storage.is_ref()) return fail(Errc::array_type_is_not_numeric_or_vector);
    } else {
        const ElementSegment* const segment = find_element(instruction.index2);
        if (segment == nullptr) return false;
        if (!module_.is_subtype(segment->type, element.storage)) {
            return mismatch(element.storage, segment->type);
        }
    }
    if (!pop(ValType::i32) || !pop(ValType::i32)) return false;
    return init ? pop(ValType::i32) && pop(def->reference[1]) : push(def->reference[0]);
}

bool FunctionValidator::type_array_copy(Instruction& instruction)
{
    const TypeDef* const to = find_type(instruction.index, CompositeKind::array);
    if (to == nullptr) return false;
    const TypeDef* const from = find_type(instruction.index2, CompositeKind::array);
    if (from == nullptr) return false;
    const FieldType& target = module_.types.fields_of(*to).front();
    const FieldType& source = module_.types.fields_of(*from).front();
    instruction.type = target.storage;
    if (!target.mut) return fail(Errc::immutable_array);
    if (!module_.is_subtype(source.storage, target.storage)) {
        return fail(Errc::array_types_do_not_match);
    }
    return pop(ValType::i32) && pop(ValType::i32) && pop(from->reference[1]) && pop(ValType::i32) &&
           pop(to->reference[1]);
}

// Lookups.

/// Makes a type of the binary one of the module: its index exists and becomes canonical.
bool FunctionValidator::resolve(ValType& type)
{
    if (!type.is_ref() || type.heap().is_abstract()) return true;
    const uint32_t index = type.heap().index();
    if (index >= module_.types.size()) {
        return fail_index(Errc::unknown_type, index, module_.types.size());
    }
    type = ValType::ref(HeapType::of_index(module_.types.canonical(index)), type.nullable());
    return true;
}

const TypeDef* FunctionValidator::find_type(uint32_t index, CompositeKind kind)
{
    if (index >= module_.types.size()) {
        fail_index(Errc::unknown_type, index, module_.types.size());
        return nullptr;
    }
    const TypeDef& def = module_.types[index];
    if (def.kind == kind) return &def;
    fail(Errc::type_mismatch);
    return nullptr;
}

const MemoryType* FunctionValidator::find_memory(uint32_t index)
{
    if (index < module_.memories.size()) return &module_.memories[index];
    fail_index(Errc::unknown_memory, index, module_.memories.size());
    return nullptr;
}

const TableType* FunctionValidator::find_table(uint32_t index)
{
    if (index < module_.tables.size()) return &module_.tables[index];
    fail_index(Errc::unknown_table, index, module_.tables.size());
    return nullptr;
}

const ElementSegment* FunctionValidator::find_element(uint32_t index)
{
    if (index < module_.elements.size()) return &module_.elements[index];
    fail_index(Errc::unknown_elem_segment, index, module_.elements.size());
    return nullptr;
}

bool FunctionValidator::find_data(uint32_t index)
{
    // Their number is known by now, and all that has to be.
    return index < module_.data_count ||
           fail_index(Errc::unknown_data_segment, index, module_.data_count);
}

/// A body may name data segments only after a data count section, so that it can be validated in
/// one pass (5.5.17).
bool FunctionValidator::data_count_known()
{
    return module_.data_count != no_index || fail(Errc::data_count_section_required);
}

}  // namespace wrt::decoder
