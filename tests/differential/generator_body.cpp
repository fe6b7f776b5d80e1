// Statements, blocks, branches and calls of random bodies. Operands are in
// generator_operand.cpp.
#include "generator_body.hpp"

#include <algorithm>

namespace wrt::test {

Bytes encoded(Type type)
{
    switch (type) {
    case Type::i32: return {0x7f};
    case Type::i64: return {0x7e};
    case Type::f32: return {0x7d};
    case Type::f64: return {0x7c};
    case Type::funcref: return {0x70};
    case Type::externref: return {0x6f};
    case Type::callee: return {0x63, 0x00};
    case Type::some_func: return {0x64, 0x70};
    case Type::v128: return {0x7b};
    case Type::exn: return {0x69};
    case Type::anyref: return {0x6e};
    case Type::object: return {0x63, ObjectTypes::structs};
    case Type::packed: return {0x63, ObjectTypes::packed};
    case Type::numbers: return {0x63, ObjectTypes::numbers};
    case Type::list: return {0x63, ObjectTypes::list};
    case Type::i31: return {0x6c};
    }
    return {};
}

bool FunctionType::reaches_hosts() const
{
    const auto stays = [](Type type) { return type >= Type::v128; };
    return std::ranges::none_of(params, stays) && std::ranges::none_of(results, stays);
}

uint32_t ModuleShape::type_index(const FunctionType& type)
{
    const auto at = std::ranges::find(types, type);
    if (at == types.end()) {
        types.push_back(type);
        return static_cast<uint32_t>(types.size() - 1);
    }
    return static_cast<uint32_t>(at - types.begin());
}

void BodyGenerator::op(uint8_t code, uint64_t index)
{
    op(code);
    append(code_, leb(index));
}

void BodyGenerator::i32_const(int32_t number)
{
    op(0x41);
    append(code_, signed_leb(number));
}

void BodyGenerator::i64_const(int64_t number)
{
    op(0x42);
    append(code_, signed_leb(number));
}

void BodyGenerator::number_of(bool wide, uint32_t number)
{
    if (wide)
        i64_const(number);
    else
        i32_const(static_cast<int32_t>(number));
}

void BodyGenerator::block_type(const FunctionType& type)
{
    if (type.params.empty() && type.results.empty() && !random_.one_in(8))
        op(0x40);
    else if (type.params.empty() && type.results.size() == 1 && !random_.one_in(4))
        append(code_, encoded(type.results[0]));
    else
        append(code_, signed_leb(shape_.type_index(type)));
}

/// Opens a block; labels_ gets what a branch to it takes along.
void BodyGenerator::open(uint8_t opcode, const FunctionType& type)
{
    op(opcode);
    block_type(type);
    labels_.push_back(opcode == op_loop ? type.params : type.results);
}

void BodyGenerator::close()
{
    op(op_end);
    labels_.pop_back();
}

Types BodyGenerator::any_types(size_t most)
{
    Types types(random_.skewed(most + 1));
    for (Type& type : types)
        type = any_type();
    return types;
}

Bytes BodyGenerator::body()
{
    for (const Type type : type_.params)
        locals_.push_back({type});
    Bytes declarations;
    uint32_t runs = 0;
    const auto declare = [&](Local local, uint32_t count = 1) {
        append(declarations, bytes(leb(count), encoded(local.type)));
        locals_.insert(locals_.end(), count, local);
        ++runs;
    };
    if (random_.one_in(24)) declare({Type::i64}, 300);
    declare({Type::i32, false, true});
    for (uint32_t i = random_.below(6); i-- > 0;) {
        const Type type = any_type();
        declare({type, random_.one_in(2), type == Type::i32 && random_.one_in(3)});
    }
    if (shape_.features.exceptions && random_.one_in(2)) declare({Type::exn});
    // What canonical() writes to.
    declare({Type::f32});
    declare({Type::f64});
    if (shape_.features.vectors) declare({Type::v128});
    // Somewhere to look at objects again.
    if (shape_.features.objects) {
        for (auto type = static_cast<uint8_t>(Type::anyref);
             type <= static_cast<uint8_t>(Type::i31); ++type)
            declare({static_cast<Type>(type)});
    }

    left_ = 10 + static_cast<int>(random_.skewed(random_.one_in(8) ? 1000 : 150));
    labels_.push_back(type_.results);
    spend_round();
    statements(4, 5);
    Callable callee{};
    const auto same_results = [&](const FunctionType& type) {
        return type.results == type_.results;
    };
    switch (random_.below(8)) {
    case 0:
        junk(2);
        values(type_.results, 5);
        op(op_return);
        dead_code();
        break;
    case 1: loop_values(type_.results, 5, true); break;
    case 2:
        if (find_callable(callee, same_results)) {
            junk(2);
            call(callee, 4, true);
            dead_code();
            break;
        }
        [[fallthrough]];
    default: values(type_.results, 6);
    }
    op(op_end);
    return bytes(leb(runs), declarations, code_);
}

/// Takes one from global 0 and returns where there is none left.
void BodyGenerator::spend_round()
{
    op(op_global_get, 0);
    i32_const(1);
    op(op_i32_sub);
    op(op_global_set, 0);
    op(op_global_get, 0);
    i32_const(0);
    op(op_i32_lt_s);
    open(op_if, {});
    for (const Type type : type_.results)
        leaf(type);
    op(op_return);
    close();
}

// Statements

void BodyGenerator::statements(int depth, uint32_t most)
{
    for (uint32_t i = random_.below(most + 1); i-- > 0;)
        statement(depth);
}

void BodyGenerator::statement(int depth)
{
    if (depth <= 0 || !spend()) return;
    if (shape_.features.exceptions && random_.one_in(10)) {
        return random_.one_in(3) ? throw_(depth - 1) : try_(depth - 1);
    }
    switch (random_.below(24)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4: return set_local(random_.skewed(locals_.size()), depth - 1, op_local_set);
    case 5: set_local(random_.skewed(locals_.size()), depth - 1, op_local_tee); return op(op_drop);
    case 6:
    case 7:
    case 8: return store(depth - 1);
    case 9: {
        const uint32_t global = 1 + random_.below(shape_.globals.size() - 1);
        value(shape_.globals[global], depth - 1);
        return op(op_global_set, global);
    }
    case 10: {
        const Types types = any_types(3);
        block_values(types, depth - 1);
        return absorb(types);
    }
    case 11: {
        const Types types = any_types(3);
        if_values(types, depth - 1);
        return absorb(types);
    }
    case 12: {
        const Types types = any_types(3);
        loop_values(types, depth - 1, random_.one_in(4));
        return absorb(types);
    }
    case 13:
    case 14: {
        Callable callee{};
        if (!find_callable(callee, [](const FunctionType&) { return true; })) return;
        call(callee, depth - 1, false);
        return absorb(shape_.types[callee.type].results);
    }
    case 15:
    case 16:
    case 17: return branch_out(depth - 1);
    case 18: return switch_(depth - 1);
    case 19: return leave(depth - 1);
    case 20: return on_null(depth - 1);
    case 21: return bulk(depth - 1);
    case 22: return table_statement(depth - 1);
    default: {
        value(any_type(), depth - 1);
        return op(op_drop);
    }
    }
}

void BodyGenerator::set_local(uint32_t local, int depth, uint8_t opcode)
{
    const Local& what = locals_[local];
    if (what.small)
        small_value(depth);
    else
        value(what.type, depth, what.clean);
    op(opcode, local);
}

/// Takes what lies on top, but for the first `keep` of them.
void BodyGenerator::absorb(const Types& types, size_t keep)
{
    for (size_t i = types.size(); i-- > keep;) {
        const uint32_t local = random_.below(locals_.size());
        const Local& what = locals_[local];
        if (what.type == types[i] && !what.clean && !what.small)
            op(op_local_set, local);
        else
            op(op_drop);
    }
}

/// Values below those that a branch takes along: it has to move those.
Types BodyGenerator::junk(int depth)
{
    Types types;
    while (random_.one_in(3)) {
        types.push_back(any_type());
        value(types.back(), depth);
    }
    return types;
}

/// What cannot be reached is only validated.
void BodyGenerator::dead_code()
{
    while (random_.one_in(3)) {
        switch (random_.below(6)) {
        case 0:
            op(op_i32_add);
            op(op_drop);
            break;
        case 1:
            op(op_block);
            op(0x40);
            op(op_end);
            break;
        case 2:
            op(op_if);
            op(0x40);
            op(op_nop);
            op(op_else);
            op(op_unreachable);  // the label may want values
            op(op_br, 1);
            op(op_end);
            break;
        case 3:
            op(op_local_get, random_.below(locals_.size()));
            op(op_drop);
            break;
        case 4: op(op_unreachable); break;
        default: op(op_nop);
        }
    }
}

void BodyGenerator::branch_out(int depth)
{
    const uint32_t target = random_.skewed(labels_.size());
    const Types types = labels_[labels_.size() - 1 - target];
    if (random_.one_in(2)) {
        values(types, depth);
        condition(depth);
        op(op_br_if, target);
        return absorb(types);
    }
    condition(depth);
    open(op_if, {});
    statements(depth - 1, 2);
    junk(depth - 1);
    values(types, depth - 1);
    if (random_.one_in(2)) {
        op(op_br, target + 1);
    } else {
        std::vector<uint32_t> targets;
        for (uint32_t i = 0; i < labels_.size(); ++i) {
            if (labels_[labels_.size() - 1 - i] == types) targets.push_back(i);
        }
        value(Type::i32, depth - 1);
        const uint32_t count = random_.below(5);
        op(op_br_table, count);
        for (uint32_t i = 0; i <= count; ++i)
            append(code_, leb(random_.of(targets)));
    }
    dead_code();
    close();
}

void BodyGenerator::switch_(int depth)
{
    const uint32_t arms = 1 + random_.below(4);
    const Types types = random_.one_in(2) ? any_types(2) : Types{};
    for (uint32_t i = 0; i < arms; ++i) {
        open(op_block, {{}, types});
        if (random_.one_in(4)) value(any_type(), 1);  // branches further out have to move
    }
    values(types, depth);
    value(Type::i32, depth);
    if (!random_.one_in(3)) {
        i32_const(7);
        op(op_i32_and);
    }
    op(op_br_table, arms);
    for (uint32_t i = 0; i <= arms; ++i)
        append(code_, leb(random_.below(arms)));
    dead_code();
    for (uint32_t i = 0; i < arms; ++i) {
        close();
        absorb(types);
        if (i + 1 == arms) break;
        statements(depth - 1, 2);
        values(types, depth - 1);
        op(op_br, 0);  // past what was pushed before the inner block opened
    }
}

/// Out of the function, now and then.
void BodyGenerator::leave(int depth)
{
    condition(depth);
    if (random_.one_in(2)) {
        comparison(1);
        op(op_i32_and);
    }
    open(op_if, {});
    junk(depth - 1);
    Callable callee{};
    const auto same_results = [&](const FunctionType& type) {
        return type.results == type_.results;
    };
    switch (random_.below(6)) {
    case 0: op(op_unreachable); break;
    case 1:
    case 2:
        if (find_callable(callee, same_results)) {
            call(callee, depth - 1, true);
            break;
        }
        [[fallthrough]];
    default: values(type_.results, depth - 1); op(op_return);
    }
    dead_code();
    close();
}

void BodyGenerator::on_null(int depth)
{
    const Types types = any_types(2);
    switch (random_.below(4)) {
    case 0:
        open(op_block, {{}, types});
        if (random_.one_in(2)) value(any_type(), depth - 1);
        values(types, depth);
        reference(random_.one_in(2) ? Type::funcref : Type::externref, depth);
        op(op_br_on_null, 0);
        op(op_drop);
        op(op_br, 0);
        close();
        return absorb(types);
    case 1: {
        Types with_func = types;
        with_func.push_back(Type::some_func);
        open(op_block, {{}, with_func});
        if (random_.one_in(2)) value(any_type(), depth - 1);
        values(types, depth);
        reference(Type::funcref, depth);
        op(op_br_on_non_null, 0);
        leaf(Type::some_func);
        op(op_br, 0);
        close();
        op(op_drop);
        return absorb(types);
    }
    case 2: {
        // Type 0 is that of `callee`.
        const FunctionType callee = shape_.types[0];
        open(op_block, {});
        values(callee.params, depth);
        reference(Type::callee, depth);
        op(op_br_on_null, 0);
        op(0x14, 0);
        absorb(callee.results);
        close();
        return;
    }
    default:
        reference(Type::funcref, depth);
        if (!random_.one_in(4)) {
            op(op_drop);
            leaf(Type::some_func);
        }
        op(op_ref_as_non_null);
        op(op_ref_is_null);
        op(op_drop);
    }
}

void BodyGenerator::bulk(int depth)
{
    const uint32_t memory = random_.below(shape_.memories.size());
    const bool is64 = shape_.memories[memory].is64;
    const auto length = [&](bool wide, uint8_t most) {
        if (random_.one_in(2)) {
            number_of(wide, random_.below(most));
        } else if (wide) {
            value(Type::i64, depth - 1);
            i64_const(most);
            op(op_i64_and);
        } else {
            value(Type::i32, depth - 1);
            i32_const(most);
            op(op_i32_and);
        }
    };
    switch (random_.below(6)) {
    case 0:
    case 1:
        address(depth, is64);
        value(Type::i32, depth);
        length(is64, 63);
        op_fc(11);
        append(code_, leb(memory));
        return;
    case 2:
    case 3: {
        const uint32_t from = random_.below(shape_.memories.size());
        const bool from64 = shape_.memories[from].is64;
        address(depth, is64);
        address(depth, from64);
        length(is64 && from64, 63);
        op_fc(10);
        append(code_, bytes(leb(memory), leb(from)));
        return;
    }
    case 4:
        if (shape_.data_segments == 0 || random_.one_in(8)) {
            if (shape_.data_segments == 0) return;
            op_fc(9);
            append(code_, leb(random_.below(shape_.data_segments)));
            return;
        }
        address(depth, is64);
        length(false, 7);
        length(false, 7);
        op_fc(8);
        append(code_, bytes(leb(random_.below(shape_.data_segments)), leb(memory)));
        return;
    default:
        if (is64) {
            value(Type::i64, depth);
            i64_const(1);
            op(op_i64_and);
        } else {
            value(Type::i32, depth);
            i32_const(1);
            op(op_i32_and);
        }
        op(0x40, memory);
        absorb({is64 ? Type::i64 : Type::i32});
    }
}

void BodyGenerator::table_statement(int depth)
{
    const uint32_t table = random_.below(shape_.tables.size());
    const bool is64 = shape_.tables[table].is64;
    const auto index = [&] {
        value(Type::i32, depth - 1);
        i32_const(random_.one_in(6) ? 63 : 15);
        op(op_i32_and);
        if (is64) op(op_i64_extend_i32_u);
    };
    const auto small = [&](bool wide) { number_of(wide, random_.below(3)); };
    switch (random_.below(8)) {
    case 0:
    case 1:
        index();
        reference(Type::funcref, depth);
        return op(op_table_set, table);
    case 2:
        index();
        op(op_table_get, table);
        return absorb({Type::funcref});
    case 3:
        op_fc(16);
        append(code_, leb(table));
        return absorb({is64 ? Type::i64 : Type::i32});
    case 4:
        reference(Type::funcref, depth);
        small(is64);
        op_fc(15);
        append(code_, leb(table));
        return absorb({is64 ? Type::i64 : Type::i32});
    case 5:
        index();
        reference(Type::funcref, depth);
        small(is64);
        op_fc(17);
        return append(code_, leb(table));
    case 6: {
        const uint32_t from = random_.below(shape_.tables.size());
        const bool from64 = shape_.tables[from].is64;
        index();
        small(from64);
        small(is64 && from64);
        op_fc(14);
        return append(code_, bytes(leb(table), leb(from)));
    }
    default:
        if (shape_.element_segments == 0) return;
        if (random_.one_in(8)) {
            op_fc(13);
            return append(code_, leb(random_.below(shape_.element_segments)));
        }
        index();
        small(false);
        small(false);
        op_fc(12);
        append(code_, bytes(leb(random_.below(shape_.element_segments)), leb(table)));
    }
}

// Blocks that give values

void BodyGenerator::block_values(const Types& results, int depth)
{
    const Types params = random_.one_in(3) ? any_types(3) : Types{};
    values(params, depth);
    open(op_block, {params, results});
    if (random_.one_in(4) && !params.empty()) change_top(params.back(), depth - 1);
    if (random_.one_in(2)) absorb(params);
    statements(depth, 3);
    values(results, depth);
    // Whatever of the parameters is left lies below: the branch drops it.
    op(op_br, 0);
    if (random_.one_in(4)) dead_code();
    close();
}

void BodyGenerator::if_values(const Types& results, int depth)
{
    const Types params = random_.one_in(3) ? any_types(3) : Types{};
    values(params, depth);
    condition(depth);
    open(op_if, {params, results});
    const auto arm = [&] {
        size_t keep = 0;
        while (keep < params.size() && keep < results.size() && params[keep] == results[keep])
            ++keep;
        if (random_.one_in(2)) keep = 0;
        absorb(params, keep);
        if (keep != 0 && random_.one_in(2)) change_top(params[keep - 1], depth - 1);
        statements(depth - 1, 2);
        values({results.begin() + static_cast<std::ptrdiff_t>(keep), results.end()}, depth);
        if (random_.one_in(12)) {
            op(op_br, 0);
            dead_code();
        } else if (random_.one_in(24)) {
            op(op_unreachable);
            dead_code();
        }
    };
    arm();
    if (params != results || !random_.one_in(3)) {
        op(op_else);
        arm();
    }
    close();
}

void BodyGenerator::loop_values(const Types& results, int depth, bool endless)
{
    const Types params = any_types(3);
    values(params, depth);
    open(op_loop, {params, results});
    spend_round();
    if (!params.empty() && random_.one_in(2)) change_top(params.back(), depth - 1);
    Types below = params;
    if (random_.one_in(2)) {
        absorb(params);
        below.clear();
    }
    statements(depth, 4);
    const Types more = junk(depth - 1);
    below.insert(below.end(), more.begin(), more.end());
    values(params, depth - 1);
    if (endless) {
        op(op_br, 0);
        dead_code();
        return close();
    }
    condition(depth);
    op(op_br_if, 0);
    absorb(params);
    statements(depth - 1, 2);
    absorb(below);
    values(results, depth);
    close();
}

// Calls

template <class Fits>
bool BodyGenerator::find_callable(Callable& found, const Fits& fits)
{
    std::vector<Callable> all;
    for (uint32_t i = 0; i < shape_.functions.size(); ++i) {
        const uint32_t type = shape_.functions[i];
        if (!fits(shape_.types[type])) continue;
        all.push_back({Callable::Kind::direct, type, i, 0, 0});
        all.push_back({Callable::Kind::direct, type, i, 0, 0});
        all.push_back({Callable::Kind::reference, type, i, 0, 0});
    }
    for (uint32_t table = 0; table < shape_.tables.size(); ++table) {
        const auto& entries = shape_.tables[table].functions;
        for (uint32_t i = 0; i < entries.size(); ++i) {
            if (entries[i] == ModuleShape::no_entry) continue;
            const uint32_t type = shape_.functions[entries[i]];
            if (fits(shape_.types[type]))
                all.push_back({Callable::Kind::indirect, type, 0, table, i});
        }
    }
    if (all.empty()) return false;
    found = random_.of(all);
    return true;
}

/// Mostly the entry that has the type.
void BodyGenerator::table_index(const Callable& callee, int depth)
{
    const auto entry = static_cast<int32_t>(callee.entry);
    const bool is64 = shape_.tables[callee.table].is64;
    switch (random_.below(6)) {
    case 0:
        value(Type::i32, depth);
        i32_const(15);
        op(op_i32_and);
        break;
    case 1:
        value(Type::i32, depth);
        i32_const(0);
        op(op_i32_and);
        i32_const(entry);
        op(op_i32_add);
        break;
    case 2: {
        const uint32_t local = small_local();
        i32_const(entry);
        op(op_local_tee, local);
        if (random_.one_in(2)) {
            op(op_drop);
            op(op_local_get, local);
        }
        break;
    }
    default: i32_const(entry);
    }
    if (is64) op(op_i64_extend_i32_u);
}

void BodyGenerator::call(const Callable& callee, int depth, bool tail)
{
    const Types params = shape_.types[callee.type].params;
    switch (callee.kind) {
    case Callable::Kind::direct:
        values(params, depth);
        return op(tail ? 0x12 : 0x10, callee.function);
    case Callable::Kind::indirect: {
        uint32_t local = 0;
        const bool early = random_.one_in(4);
        if (early) {
            local = small_local();
            i32_const(static_cast<int32_t>(callee.entry));
            op(op_local_set, local);
        }
        values(params, depth);
        if (early) {
            op(op_local_get, local);
            if (shape_.tables[callee.table].is64) op(op_i64_extend_i32_u);
        } else {
            table_index(callee, depth - 1);
        }
        op(tail ? 0x13 : 0x11, callee.type);
        return append(code_, leb(callee.table));
    }
    case Callable::Kind::reference:
        values(params, depth);
        if (callee.type == 0 && random_.one_in(3))
            reference(Type::callee, depth);
        else
            op(op_ref_func, callee.function);
        return op(tail ? 0x15 : 0x14, callee.type);
    }
}

/// Calls something whose first result is wanted; false where there is nothing.
bool BodyGenerator::call_value(Type type, int depth)
{
    Callable callee{};
    if (!find_callable(callee, [&](const FunctionType& candidate) {
            return !candidate.results.empty() && candidate.results[0] == type;
        })) {
        return false;
    }
    call(callee, depth, false);
    absorb(shape_.types[callee.type].results, 1);
    return true;
}

}  // namespace wrt::test
