// Constant expressions: measuring, conversion, and an evaluator without recursion.
#include "const_expr.hpp"

#include <algorithm>
#include <cstring>

#include <wrt/foundation/assert.hpp>
#include <wrt/runtime/value.hpp>

#include "numeric.hpp"

namespace wrt::runtime {
namespace {

struct Known {
    Instr instr;
    ConstKind kind;
};

constexpr Known known[] = {
    {Instr::i32_const, ConstKind::value},   {Instr::i64_const, ConstKind::value},
    {Instr::f32_const, ConstKind::value},   {Instr::f64_const, ConstKind::value},
    {Instr::ref_null, ConstKind::value},    {Instr::v128_const, ConstKind::v128},
    {Instr::ref_func, ConstKind::function}, {Instr::global_get, ConstKind::global},
    {Instr::i32_add, ConstKind::i32_add},   {Instr::i32_sub, ConstKind::i32_sub},
    {Instr::i32_mul, ConstKind::i32_mul},   {Instr::i64_add, ConstKind::i64_add},
    {Instr::i64_sub, ConstKind::i64_sub},   {Instr::i64_mul, ConstKind::i64_mul},
};

/// Null for what makes objects of the garbage-collected heap.
const Known* find_known(Instr instr) noexcept
{
    const Known* const found = std::find_if(std::begin(known), std::end(known),
                                            [&](const Known& row) { return row.instr == instr; });
    return found != std::end(known) ? found : nullptr;
}

/// Slots that an instruction adds to the stack.
int slots_added(const decoder::Module& syntax, ConstKind kind, uint32_t index) noexcept
{
    switch (kind) {
    case ConstKind::value:
    case ConstKind::function: return 1;
    case ConstKind::v128: return 2;
    case ConstKind::global: return static_cast<int>(slots_of(syntax.globals[index].type));
    case ConstKind::i32_add:
    case ConstKind::i32_sub:
    case ConstKind::i32_mul:
    case ConstKind::i64_add:
    case ConstKind::i64_sub:
    case ConstKind::i64_mul: return -1;
    }
    WRT_UNREACHABLE();
}

}  // namespace

Result<ConstSize> measure(const decoder::Module& syntax, const decoder::ConstExpr& expr) noexcept
{
    ConstSize size;
    int depth = 0;
    decoder::InstructionReader reader{syntax, expr};
    decoder::Instruction instruction;
    while (reader.next(instruction)) {
        if (instruction.op == Instr::end) break;
        const Known* const row = find_known(instruction.op);
        if (row == nullptr)
            return Error{.code = Errc::gc_unsupported, .offset = instruction.offset};
        ++size.ops;
        depth += slots_added(syntax, row->kind, instruction.index);
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
    decoder::InstructionReader reader{syntax, expr};
    decoder::Instruction instruction;
    while (reader.next(instruction)) {
        if (instruction.op == Instr::end) break;
        ConstOp& op = ops.push_back_unchecked();
        op.kind = find_known(instruction.op)->kind;
        if (op.kind == ConstKind::v128) {
            std::memcpy(&op.value, instruction.vector.bytes.data(), 8);
            std::memcpy(&op.value_high, instruction.vector.bytes.data() + 8, 8);
        } else if (op.kind == ConstKind::value) {
            op.value = instruction.op == Instr::ref_null ? 0 : instruction.value;
        } else {
            op.index = instruction.index;  // means nothing to the operators
        }
        ++code.count;
    }
    return code;
}

void evaluate(const ModuleInstance& instance, ConstCode code, std::span<Slot> stack) noexcept
{
    const Module& module = *instance.module;
    size_t top = 0;
    const auto binary = [&]<class T>(T (*function)(T, T) noexcept) {
        --top;
        stack[top - 1] = Slot::of(function(stack[top - 1].as<T>(), stack[top].as<T>()));
    };
    for (const ConstOp& op : module.const_ops.as_span().subspan(code.first, code.count)) {
        switch (op.kind) {
        case ConstKind::value: stack[top++] = {op.value}; break;
        case ConstKind::v128:
            stack[top++] = {op.value};
            stack[top++] = {op.value_high};
            break;
        case ConstKind::function:
            stack[top++] = {Ref::func(instance.functions[op.index]).bits};
            break;
        case ConstKind::global: {
            const GlobalInstance& global = *instance.globals[op.index];
            const uint32_t slots = slots_of(global.type.type);
            std::copy_n(global.value, slots, stack.begin() + static_cast<std::ptrdiff_t>(top));
            top += slots;
            break;
        }
        case ConstKind::i32_add: binary(&numeric::i32_add); break;
        case ConstKind::i32_sub: binary(&numeric::i32_sub); break;
        case ConstKind::i32_mul: binary(&numeric::i32_mul); break;
        case ConstKind::i64_add: binary(&numeric::i64_add); break;
        case ConstKind::i64_sub: binary(&numeric::i64_sub); break;
        case ConstKind::i64_mul: binary(&numeric::i64_mul); break;
        }
    }
    WRT_ASSERT(top == 1 || top == 2);  // validated: one value
}

}  // namespace wrt::runtime
