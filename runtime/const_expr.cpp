// Constant expressions: measuring, conversion, and an evaluator without recursion.
#include "const_expr.hpp"

#include <algorithm>
#include <cstring>

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/field_layout.hpp>
#include <wrt/runtime/store.hpp>
#include <wrt/runtime/value.hpp>

#include "numeric.hpp"

namespace wrt::runtime {
namespace {

struct Known {
    Instr instr;
    ConstKind kind;
};

constexpr Known known[] = {
    {Instr::i32_const, ConstKind::value},
    {Instr::i64_const, ConstKind::value},
    {Instr::f32_const, ConstKind::value},
    {Instr::f64_const, ConstKind::value},
    {Instr::ref_null, ConstKind::value},
    {Instr::v128_const, ConstKind::v128},
    {Instr::ref_func, ConstKind::function},
    {Instr::global_get, ConstKind::global},
    {Instr::i32_add, ConstKind::i32_add},
    {Instr::i32_sub, ConstKind::i32_sub},
    {Instr::i32_mul, ConstKind::i32_mul},
    {Instr::i64_add, ConstKind::i64_add},
    {Instr::i64_sub, ConstKind::i64_sub},
    {Instr::i64_mul, ConstKind::i64_mul},
    {Instr::ref_i31, ConstKind::ref_i31},
    {Instr::any_convert_extern, ConstKind::convert},
    {Instr::extern_convert_any, ConstKind::convert},
    {Instr::struct_new, ConstKind::struct_new},
    {Instr::struct_new_default, ConstKind::struct_new_default},
    {Instr::array_new, ConstKind::array_new},
    {Instr::array_new_default, ConstKind::array_new_default},
    {Instr::array_new_fixed, ConstKind::array_new_fixed},
};

ConstKind kind_of(Instr instr) noexcept
{
    const Known* const found = std::find_if(std::begin(known), std::end(known),
                                            [&](const Known& row) { return row.instr == instr; });
    WRT_ASSERT(found != std::end(known));  // validated: a constant instruction
    return found->kind;
}

uint32_t slots_of_fields(std::span<const FieldType> fields) noexcept
{
    uint32_t slots = 0;
    for (const FieldType& field : fields)
        slots += slots_of(field.storage.unpacked());
    return slots;
}

/// Slots that an instruction adds to the stack.
int slots_added(const decoder::Module& syntax, ConstKind kind,
                const decoder::Instruction& instruction) noexcept
{
    const auto fields = [&] {
        return static_cast<int>(
            slots_of_fields(syntax.types.fields_of(syntax.types.defs[instruction.index])));
    };
    switch (kind) {
    case ConstKind::value:
    case ConstKind::function:
    case ConstKind::struct_new_default: return 1;
    case ConstKind::v128: return 2;
    case ConstKind::global:
        return static_cast<int>(slots_of(syntax.globals[instruction.index].type));
    case ConstKind::convert:
    case ConstKind::ref_i31:
    case ConstKind::array_new_default: return 0;
    case ConstKind::struct_new: return 1 - fields();
    case ConstKind::array_new: return -fields();
    case ConstKind::array_new_fixed: return 1 - fields() * static_cast<int>(instruction.index2);
    case ConstKind::i32_add:
    case ConstKind::i32_sub:
    case ConstKind::i32_mul:
    case ConstKind::i64_add:
    case ConstKind::i64_sub:
    case ConstKind::i64_mul: return -1;
    }
    WRT_UNREACHABLE();
}

/// Whether an expression is `i32.const value` alone, as the offset of nearly every segment is; a
/// module may have a hundred thousand.
bool is_number(std::span<const uint8_t> bytes, int32_t& value) noexcept
{
    constexpr uint8_t i32_const = 0x41;
    constexpr size_t longest = 5;
    const size_t size = bytes.size() - 2;  // the number's
    if (bytes[0] != i32_const || size == 0 || size > longest) return false;
    uint64_t bits = 0;
    for (size_t i = 0; i < size; ++i) {
        const bool last = i + 1 == size;
        if ((bytes[1 + i] < 0x80) != last) return false;
        bits |= static_cast<uint64_t>(bytes[1 + i] & 0x7f) << (7 * i);
    }
    const auto unused = static_cast<uint32_t>(64 - 7 * size);
    value = static_cast<int32_t>(static_cast<int64_t>(bits << unused) >> unused);
    return true;
}

}  // namespace

ConstSize measure(const decoder::Module& syntax, const decoder::ConstExpr& expr) noexcept
{
    ConstSize size;
    if (int32_t value = 0; is_number(syntax.bytes(expr), value)) {
        size.ops = 1;
        size.depth = 1;
        return size;
    }
    int depth = 0;
    decoder::InstructionReader reader{syntax, expr};
    decoder::Instruction instruction;
    while (reader.next(instruction)) {
        if (instruction.op == Instr::end) break;
        ++size.ops;
        depth += slots_added(syntax, kind_of(instruction.op), instruction);
        size.depth = std::max(size.depth, static_cast<uint32_t>(depth));
        size.is_function = instruction.op == Instr::ref_func || instruction.op == Instr::ref_null;
        size.function = instruction.op == Instr::ref_func ? instruction.index : no_function;
    }
    return size;
}

ConstCode convert(const decoder::Module& syntax, const decoder::ConstExpr& expr,
                  static_vector<ConstOp>& ops) noexcept
{
    ConstCode code{ops.size(), 0};
    if (int32_t value = 0; is_number(syntax.bytes(expr), value)) {
        ConstOp& op = ops.push_back_unchecked();
        op.value = static_cast<uint32_t>(value);
        code.count = 1;
        return code;
    }
    decoder::InstructionReader reader{syntax, expr};
    decoder::Instruction instruction;
    while (reader.next(instruction)) {
        if (instruction.op == Instr::end) break;
        ConstOp& op = ops.push_back_unchecked();
        op.kind = kind_of(instruction.op);
        if (op.kind == ConstKind::v128) {
            std::memcpy(&op.value, instruction.vector.bytes.data(), 8);
            std::memcpy(&op.value_high, instruction.vector.bytes.data() + 8, 8);
        } else if (op.kind == ConstKind::value) {
            op.value = instruction.op == Instr::ref_null ? 0 : instruction.value;
        } else {
            op.index = instruction.index;  // means nothing to the operators
            op.value = instruction.index2;
        }
        ++code.count;
    }
    return code;
}

namespace {

class Evaluator {
public:
    Evaluator(ModuleInstance& instance, ConstantStack& stack) noexcept
        : instance_(instance), store_(*instance.store), stack_(stack)
    {
    }

    Status run(ConstCode code) noexcept
    {
        const Module& module = *instance_.module;
        for (const ConstOp& op : module.const_ops.as_span().subspan(code.first, code.count))
            WRT_CHECK(step(op));
        return ok();
    }

private:
    Status step(const ConstOp& op) noexcept
    {
        switch (op.kind) {
        case ConstKind::value: push({op.value}); return ok();
        case ConstKind::v128:
            push({op.value});
            push({op.value_high});
            return ok();
        case ConstKind::function:
            push({Ref::func(instance_.functions[op.index]).bits});
            return ok();
        case ConstKind::global: {
            const GlobalInstance& global = *instance_.globals[op.index];
            for (uint32_t i = 0; i < slots_of(global.type.type); ++i)
                stack_.push(global.value[i], is_traced(global.type.type));
            return ok();
        }
        case ConstKind::convert: return ok();
        case ConstKind::ref_i31: push({Ref::i31(stack_.pop().as<uint32_t>()).bits}); return ok();
        case ConstKind::struct_new:
        case ConstKind::struct_new_default: return new_struct(op);
        case ConstKind::array_new:
        case ConstKind::array_new_default:
        case ConstKind::array_new_fixed: return new_array(op);
        case ConstKind::i32_add: binary(&numeric::i32_add); return ok();
        case ConstKind::i32_sub: binary(&numeric::i32_sub); return ok();
        case ConstKind::i32_mul: binary(&numeric::i32_mul); return ok();
        case ConstKind::i64_add: binary(&numeric::i64_add); return ok();
        case ConstKind::i64_sub: binary(&numeric::i64_sub); return ok();
        case ConstKind::i64_mul: binary(&numeric::i64_mul); return ok();
        }
        WRT_UNREACHABLE();
    }

    void push(Slot value) noexcept { stack_.push(value, false); }

    template <class T>
    void binary(T (*function)(T, T) noexcept) noexcept
    {
        const T b = stack_.pop().as<T>();
        const T a = stack_.pop().as<T>();
        push(Slot::of(function(a, b)));
    }

    /// All zero, with the operands still on the stack.
    Result<Object*> allocate(ObjectKind kind, TypeId type, uint32_t length, uint64_t bytes) noexcept
    {
        Object* const object =
            store_.allocate(Object::header_of(kind, type, length), bytes, store_.waiting());
        if (object == nullptr) return Error{.code = Errc::gc_heap_exhausted};
        std::memset(object->elements(), 0, bytes - Object::header_bytes);
        return object;
    }

    Status new_struct(const ConstOp& op) noexcept
    {
        const TypeId id = instance_.type_ids[op.index];
        WRT_TRY(Object* const object,
                allocate(ObjectKind::struct_, id, 0,
                         instance_.module->aggregates->structs[op.index].bytes));
        const RegisteredType& type = store_.types()[id];
        const std::span<const FieldType> fields{type.fields, type.param_count};
        if (op.kind == ConstKind::struct_new) {
            const uint32_t slots = slots_of_fields(fields);
            const Slot* from = stack_.top(slots).data();
            FieldPlacer placer;
            for (const FieldType& field : fields) {
                std::memcpy(object->at(placer.place(field.storage)), from,
                            field_bytes(field.storage));
                from += slots_of(field.storage.unpacked());
            }
            stack_.drop(slots);
        }
        stack_.push({Ref::object(object).bits}, true);
        return ok();
    }

    Status new_array(const ConstOp& op) noexcept
    {
        const TypeId id = instance_.type_ids[op.index];
        const ValType storage = store_.types()[id].fields[0].storage;
        const uint32_t bytes = field_bytes(storage);
        const uint32_t slots = slots_of(storage.unpacked());
        const bool fixed = op.kind == ConstKind::array_new_fixed;
        const uint32_t length =
            fixed ? static_cast<uint32_t>(op.value) : stack_.pop().as<uint32_t>();
        WRT_TRY(Object* const array,
                allocate(ObjectKind::array, id, length, round_to_word(array_bytes(length, bytes))));
        if (op.kind != ConstKind::array_new_default) {
            const uint32_t given = fixed ? length * slots : slots;
            const Slot* const from = stack_.top(given).data();
            for (uint32_t i = 0; i < length; ++i) {
                std::memcpy(array->elements() + uint64_t{i} * bytes,
                            from + (fixed ? uint64_t{i} * slots : 0), bytes);
            }
            stack_.drop(given);
        }
        stack_.push({Ref::object(array).bits}, true);
        return ok();
    }

    ModuleInstance& instance_;
    Store& store_;
    ConstantStack& stack_;
};

}  // namespace

Status evaluate(ModuleInstance& instance, ConstCode code, ConstantStack& stack) noexcept
{
    return Evaluator{instance, stack}.run(code);
}

}  // namespace wrt::runtime
