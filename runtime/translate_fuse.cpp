// Fusion: after a function is translated, neighbours of which the second reads what the first made
// become one operation. fused.hpp says which.
//
// A temp that lives in t0 alone has one reader, so where that reader comes next and no label stands
// between, the first operation may vanish into it. What is fused does the work of both in their
// order; at most the first one traps, and then at its own place in the source.
#include <array>
#include <utility>

#include <wrt/foundation/assert.hpp>

#include "fuse_operands.hpp"
#include "fused.hpp"
#include "fused_handler.hpp"
#include "translator.hpp"

namespace wrt::runtime {

namespace {

/// Makes `second` the pair of both.
bool fuse_binary(const Operation& first, Operation& second)
{
    Other c;
    if (first.d_class != Class::t0 || first.bank != second.bank ||
        !reads_once(second, Class::t0, c))
        return false;
    if (c.reversed && is_commutative(second.instr)) c.reversed = false;

    Class a_class = first.a_class;
    Class b_class = first.b_class;
    uint16_t a = first.a;
    uint16_t b = first.b;
    const auto find = [&] {
        return binary_pair_handler(first.instr, second.instr, c.reversed, a_class, b_class, c.cls,
                                   second.d_class) != nullptr;
    };
    if (!find()) {
        if (!is_commutative(first.instr) || b_class == Class::constant) return false;
        std::swap(a_class, b_class);
        std::swap(a, b);
        if (!find()) return false;
    }
    const uint16_t d = second.d;
    const Operation tail = second;
    second = first;
    second.family = Family::binary_pair;
    second.instr2 = tail.instr;
    second.a_class = a_class;
    second.b_class = b_class;
    second.d_class = tail.d_class;
    second.a = a;
    second.b = b;
    second.d = d;
    put_other(second, c);
    second.source = tail.source;
    return true;
}

/// Branches on whether a bit is set or on a comparison that was not seen to be one.
bool fuse_test(const Operation& first, Operation& second)
{
    if (second.family != Family::branch_if || second.wide || second.a_class != Class::t0 ||
        first.d_class != Class::t0)
        return false;
    const bool compares = heat_of_binary(first.instr) == Heat::compare;
    if (first.instr != Instr::i32_and && !compares) return false;
    Instr test = first.instr;
    bool negate = second.flag;
    if (compares && negate && !is_float_compare(test)) {
        test = opposite(test);
        negate = false;
    }
    if (!has_compare_branch(test, negate, first.a_class, first.b_class)) return false;
    const Operation tail = second;
    second = first;
    second.family = Family::compare_branch;
    second.instr = test;
    second.flag = negate;
    second.label = tail.label;
    second.polls = tail.polls;
    second.source = tail.source;
    return true;
}

bool is_branch_on_value(const Operation& operation)
{
    return operation.family == Family::branch_if || operation.family == Family::compare_branch;
}

bool fuse_binary_branch(const Operation& first, Operation& second)
{
    if (!is_branch_on_value(second)) return false;
    const Operation test = as_comparison(second);
    if (test.family != Family::compare_branch || test.flag) return false;
    // The result is a temp for the branch alone, or goes back to where the left operand came from.
    const bool updates = first.d_class != Class::t0;
    if (updates && (first.d_class != first.a_class || first.b_class != Class::constant))
        return false;
    if (first.d_class == Class::slot && first.a != first.d) return false;
    Other c;
    // What is written to a slot is in t0 as well.
    if (!reads_once(test, first.d_class == Class::slot ? Class::t0 : first.d_class, c))
        return false;
    if (first.d_class == Class::slot && c.cls == Class::slot && c.slot == first.d) return false;
    if (c.reversed && is_symmetric_compare(test.instr)) c.reversed = false;
    if (binary_branch_handler(first.instr, test.instr, c.reversed, updates, test.polls,
                              first.a_class, first.b_class, c.cls) == nullptr)
        return false;
    second = first;
    second.family = Family::binary_branch;
    second.wide = updates;
    second.instr2 = test.instr;
    second.polls = test.polls;
    put_other(second, c);
    second.label = test.label;
    second.source = test.source;
    return true;
}

bool fuse_load_branch(const Operation& first, Operation& second)
{
    if (!is_branch_on_value(second) || first.d_class != Class::t0) return false;
    const Operation test = as_comparison(second);
    Other c;
    // A trap of the load and an interrupt of the branch would have to say different places.
    if (test.family != Family::compare_branch || test.flag || test.polls ||
        first.bank != Bank::integer || !reads_once(test, Class::t0, c))
        return false;
    if (c.reversed && is_symmetric_compare(test.instr)) c.reversed = false;
    if (load_branch_handler(first.instr, test.instr, c.reversed, first.a_class, c.cls) == nullptr)
        return false;
    second = first;
    second.family = Family::load_branch;
    second.instr2 = test.instr;
    put_other(second, c);
    second.label = test.label;
    return true;
}

/// Whether an operation only fills a slot, from a place or a 32-bit constant.
bool fills_slot(const Operation& operation)
{
    return operation.bank == Bank::integer && operation.d_class == Class::slot &&
           (operation.family == Family::move ||
            (operation.family == Family::constant && !operation.wide));
}

bool fuse_moves(const Operation& first, Operation& second)
{
    if (!fills_slot(first) || !fills_slot(second)) return false;
    const auto source = [](const Operation& o) {
        return o.family == Family::constant ? Class::constant : o.a_class;
    };
    const Operation tail = second;
    if (!has_move_pair(source(first), source(tail))) return false;
    second = first;
    second.family = Family::move_pair;
    second.a_class = source(first);
    second.b_class = source(tail);
    second.b = tail.a;
    second.x = tail.d;
    second.constant2 = static_cast<uint32_t>(tail.constant);
    second.source = tail.source;
    return true;
}

/// A call takes along the one or two moves before it.
bool fuse_call(const Operation& first, Operation& call)
{
    const bool two = first.family == Family::move_pair;
    if (!two && !fills_slot(first)) return false;
    const Class a_class = first.family == Family::constant ? Class::constant : first.a_class;
    const Class b_class = two ? first.b_class : Class::slot;
    if (!has_call_moved(a_class, b_class)) return false;
    call.family = Family::call_moved;
    call.flag = two;
    call.a_class = a_class;
    call.b_class = b_class;
    call.x = first.a;
    call.d = first.d;
    call.constant = first.constant;
    call.constant2 = first.constant2;
    call.index = moved_slots(first.b, first.x);
    return true;
}

bool fuse_move_branch(const Operation& first, Operation& branch)
{
    if (branch.plain != Plain::branch || first.bank != Bank::integer ||
        (first.family == Family::constant && first.wide))
        return false;
    const Class a_class = first.family == Family::constant ? Class::constant : first.a_class;
    if (!has_move_branch(a_class, first.d_class)) return false;
    const Operation tail = branch;
    branch = first;
    branch.family = Family::move_branch;
    branch.a_class = a_class;
    branch.label = tail.label;
    branch.source = tail.source;
    return true;
}

bool is_own_integer_global(const Operation& operation)
{
    return operation.bank == Bank::integer && !operation.flag;
}

bool fuse_global_sum(const Operation& get, Operation& second)
{
    if (!is_own_integer_global(get) || get.d_class != Class::t0 || second.instr != Instr::i32_add ||
        second.a_class != Class::t0 || second.b_class != Class::constant)
        return false;
    second.family = Family::global_sum;
    second.flag = false;
    second.index = get.index;
    return true;
}

bool fuse_global_update(const Operation& sum, Operation& set)
{
    const Class found = sum.d_class == Class::slot ? Class::t0 : sum.d_class;
    if (sum.flag || !is_own_integer_global(set) || set.index != sum.index || set.a_class != found)
        return false;
    set = sum;
    set.flag = true;
    return true;
}

bool fuse_sum_to_global(const Operation& sum, Operation& set)
{
    if (!is_own_integer_global(set) || set.a_class != Class::t0 || sum.d_class != Class::t0 ||
        sum.instr != Instr::i32_add || sum.b_class != Class::constant ||
        !has_sum_to_global(sum.a_class))
        return false;
    const Operation tail = set;
    set = sum;
    set.family = Family::sum_to_global;
    set.index = tail.index;
    set.source = tail.source;
    return true;
}

bool fuse_load_load(const Operation& first, Operation& second)
{
    if (first.d_class != Class::t0 || second.a_class != Class::t0 ||
        load_load_handler(first.instr, second.instr, first.a_class, second.d_class) == nullptr)
        return false;
    second.family = Family::load_load;
    second.instr2 = second.instr;
    second.instr = first.instr;
    second.a_class = first.a_class;
    second.a = first.a;
    second.constant2 = second.index;
    second.index = first.index;
    second.source2 = second.source;
    second.source = first.source;
    return true;
}

bool fuse_load_store(const Operation& load, Operation& store)
{
    if (load.d_class != Class::t0 || store.b_class != Class::t0 ||
        load_store_handler(load.instr, store.instr, load.a_class, store.a_class) == nullptr)
        return false;
    store.family = Family::load_store;
    store.instr2 = store.instr;
    store.instr = load.instr;
    store.d_class = store.a_class;
    store.d = store.a;
    store.a_class = load.a_class;
    store.a = load.a;
    store.constant2 = store.index;
    store.index = load.index;
    store.source2 = store.source;
    store.source = load.source;
    return true;
}

bool fuse_binary_store(const Operation& binary, Operation& store)
{
    if (binary.d_class != Class::t0 || store.b_class != Class::t0) return false;
    Class a_class = binary.a_class;
    Class b_class = binary.b_class;
    uint16_t a = binary.a;
    uint16_t b = binary.b;
    const auto find = [&] {
        return binary_store_handler(binary.instr, store.instr, a_class, b_class, store.a_class) !=
               nullptr;
    };
    if (!find()) {
        if (!is_commutative(binary.instr) || b_class == Class::constant) return false;
        std::swap(a_class, b_class);
        std::swap(a, b);
        if (!find()) return false;
    }
    const Operation tail = store;
    store = binary;
    store.family = Family::binary_store;
    store.instr2 = tail.instr;
    store.a_class = a_class;
    store.a = a;
    store.b_class = b_class;
    store.b = b;
    store.d_class = tail.a_class;
    store.d = tail.a;
    store.index = tail.index;
    store.source = tail.source;
    return true;
}

/// What two neighbours may become. Those from `needs_t0` on only where the first writes nothing but
/// t0.
enum class Fusion : uint8_t {
    none,
    move_branch,
    moves,
    call,
    sum_branch,
    sum_move,
    binary_test,
    load_test,
    move_test,
    spilled_call,
    global_update,
    needs_t0,
    binary = needs_t0,
    binary_store,
    sum_to_global,
    load_scaled,
    load_load,
    load_store,
    load_binary,
    table,
    global_sum,
    binary_wide,
    select_constant,
};

struct FusionRow {
    Family first, second;
    Fusion as;
};

constexpr FusionRow fusion_rows[] = {
    {Family::binary, Family::binary, Fusion::binary},
    {Family::binary, Family::store, Fusion::binary_store},
    {Family::binary, Family::global_set, Fusion::sum_to_global},
    {Family::binary, Family::branch_if, Fusion::binary_test},
    {Family::binary, Family::compare_branch, Fusion::binary_test},
    {Family::binary, Family::load_sum, Fusion::load_scaled},
    {Family::binary, Family::branch_table, Fusion::table},
    {Family::binary, Family::branch, Fusion::sum_branch},
    {Family::binary, Family::move, Fusion::sum_move},
    {Family::load, Family::load, Fusion::load_load},
    {Family::load, Family::store, Fusion::load_store},
    {Family::load, Family::binary, Fusion::load_binary},
    {Family::load, Family::branch_table, Fusion::table},
    {Family::load, Family::branch_if, Fusion::load_test},
    {Family::load, Family::compare_branch, Fusion::load_test},
    {Family::move, Family::branch, Fusion::move_branch},
    {Family::move, Family::call, Fusion::call},
    {Family::move, Family::move, Fusion::moves},
    {Family::move, Family::constant, Fusion::moves},
    {Family::move, Family::branch_if, Fusion::move_test},
    {Family::move, Family::compare_branch, Fusion::move_test},
    {Family::constant, Family::branch, Fusion::move_branch},
    {Family::constant, Family::call, Fusion::call},
    {Family::constant, Family::move, Fusion::moves},
    {Family::constant, Family::constant, Fusion::moves},
    {Family::constant, Family::branch_if, Fusion::move_test},
    {Family::constant, Family::compare_branch, Fusion::move_test},
    {Family::constant, Family::binary, Fusion::binary_wide},
    {Family::constant, Family::select, Fusion::select_constant},
    {Family::move_pair, Family::call, Fusion::call},
    {Family::global_get, Family::binary, Fusion::global_sum},
    {Family::global_sum, Family::global_set, Fusion::global_update},
    {Family::float_pins, Family::call, Fusion::spilled_call},
};

consteval auto make_fusions()
{
    std::array<std::array<Fusion, family_count>, family_count> table{};
    for (const FusionRow& row : fusion_rows)
        table[raw(row.first)][raw(row.second)] = row.as;
    return table;
}

/// Makes `second` both if there is such an operation. `calls`: calls may be part of it.
bool fuse_as(Fusion fusion, const Operation& first, Operation& second, bool calls)
{
    switch (fusion) {
    case Fusion::none: return false;
    case Fusion::move_branch: return fuse_move_branch(first, second);
    case Fusion::moves: return fuse_moves(first, second);
    case Fusion::call: return calls && fuse_call(first, second);
    case Fusion::sum_branch: return fuse_sum_branch(first, second);
    case Fusion::sum_move: return fuse_sum_move(first, second);
    case Fusion::binary_test: return fuse_test(first, second) || fuse_binary_branch(first, second);
    case Fusion::load_test: return fuse_load_branch(first, second) || fuse_load_test(first, second);
    case Fusion::move_test: return fuse_move_test(first, second);
    case Fusion::spilled_call: return calls && fuse_spilled_call(first, second);
    case Fusion::global_update: return fuse_global_update(first, second);
    case Fusion::binary: return fuse_binary(first, second);
    case Fusion::binary_store: return fuse_binary_store(first, second);
    case Fusion::sum_to_global: return fuse_sum_to_global(first, second);
    case Fusion::load_scaled: return fuse_load_scaled(first, second);
    case Fusion::load_load: return fuse_load_load(first, second);
    case Fusion::load_store: return fuse_load_store(first, second);
    case Fusion::load_binary: return fuse_load_binary(first, second);
    case Fusion::table: return fuse_table(first, second);
    case Fusion::global_sum: return fuse_global_sum(first, second);
    case Fusion::binary_wide: return fuse_binary_wide(first, second);
    case Fusion::select_constant: return fuse_select_constant(first, second);
    }
    WRT_UNREACHABLE();
}

}  // namespace

void Translator::fuse()
{
    if (options_.slots_only || operations_.empty()) return;
    const std::span<Operation> operations = operations_.as_span();
    for (const uint32_t at : labels_.as_span()) {
        if (at < operations.size()) operations[at].labelled = true;
    }
    // Code that counts fuel may stop at a call and be looked at there: so calls stay what they are.
    // Calls that are bound when they are first made have to be as well.
    const bool calls = !options_.fuel && !options_.bound_later;
    static constexpr auto fusions = make_fusions();
    // What was fused may be the first of the next two.
    Operation* first = operations.data();
    for (Operation* const last = first + operations.size() - 1; first != last; ++first) {
        Operation& second = first[1];
        const Fusion fusion = fusions[raw(first->family)][raw(second.family)];
        // One branch, because several would often be guessed wrong; `none` is the first.
        constexpr auto needs_t0 = static_cast<unsigned>(Fusion::needs_t0);
        const unsigned end = first->d_class == Class::t0 ? 256 : needs_t0;
        if (static_cast<unsigned>(fusion) - 1u >= (second.labelled ? 0u : end - 1)) continue;
        if (fuse_as(fusion, *first, second, calls)) first->family = Family::nothing;
    }
}

/// Whether there is a pair of those two, in a bit for each: most neighbours are none.
static bool may_be_pair(Instr first, Instr second)
{
    constexpr size_t numbered = 256;
    static constexpr auto pairs = [] {
        std::array<std::array<uint64_t, numbered / 64>, numbered> bits{};
#define WRT_ROW(one, two)                                                                          \
    bits[raw(Instr::one)][raw(Instr::two) / 64] |= uint64_t{1} << raw(Instr::two) % 64;
        WRT_PAIRS_I32(WRT_ROW)
        WRT_PAIRS_I32_REVERSED(WRT_ROW)
        WRT_PAIRS_I64(WRT_ROW)
        WRT_PAIRS_FLOAT(WRT_ROW)
        WRT_PAIRS_FLOAT_REVERSED(WRT_ROW)
#undef WRT_ROW
        return bits;
    }();
    if (raw(first) >= numbered || raw(second) >= numbered) return false;
    return (pairs[raw(first)][raw(second) / 64] >> raw(second) % 64 & 1) != 0;
}

Handler binary_pair_handler(Instr first, Instr second, bool reversed, Class a, Class b, Class c,
                            Class d)
{
    if (!may_be_pair(first, second)) return nullptr;
    const size_t at = pair_index(a, b, c, d);
    if (at == pair_size) return nullptr;
    for (const auto pick : {&tables::pair_i32, &tables::pair_i64, &tables::pair_float}) {
        if (const Handler handler = pick(first, second, reversed, at)) return handler;
    }
    return nullptr;
}

}  // namespace wrt::runtime
