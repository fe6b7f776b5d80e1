// Which locals live in registers: found by looking through a body once before it is translated. The
// look is at opcodes and locals only, everything else is skipped by its length, because it comes on
// top of what validation and translation do.
#include "translator_steps.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>

#include <wrt/foundation/little_endian.hpp>

namespace wrt::runtime {

using decoder::Instruction;

namespace {

/// How many loops a place of a body lies in, as far as 64 nested blocks tell.
class LoopDepth {
public:
    void open(bool loop) noexcept
    {
        if (loop && blocks_ < 64) {
            loops_ |= uint64_t{1} << blocks_;
            update();
        }
        ++blocks_;
    }
    void close() noexcept
    {
        if (blocks_ == 0) return;  // the function's own
        --blocks_;
        if (blocks_ < 64 && (loops_ >> blocks_ & 1) != 0) {
            loops_ &= ~(uint64_t{1} << blocks_);
            update();
        }
    }

    /// Blocks that are open; no fewer than floor() may be without close() knowing.
    [[nodiscard]] int32_t blocks() const noexcept { return static_cast<int32_t>(blocks_); }
    [[nodiscard]] int32_t floor() const noexcept { return 64 - std::countl_zero(loops_); }
    void set_blocks(int32_t blocks) noexcept { blocks_ = static_cast<uint32_t>(blocks); }

    /// What a use here counts: a loop is taken to run a few times. Guessing high would give the
    /// registers to whatever is innermost, although much of it may rarely run.
    [[nodiscard]] uint32_t weight() const noexcept { return weight_; }

private:
    void update() noexcept { weight_ = 1u << (2 * std::min(std::popcount(loops_), 4)); }

    uint64_t loops_ = 0;
    uint32_t blocks_ = 0;
    uint32_t weight_ = 1;
};

/// What has to be known of an opcode of one byte to come to the next one.
enum class Follows : uint8_t {
    other,  ///< Ask the decoder.
    nothing,
    number,  ///< A LEB128 number.
    numbers,
    four_bytes,
    eight_bytes,
    memarg,
    read,   ///< The index of a local.
    write,  ///< The same.
    block,
    loop,
    end,
};

consteval Follows follows_of(Instr op)
{
    switch (raw(op)) {  // the rest is decided by its immediates
    case raw(Instr::count_):
    case raw(Instr::try_):  // a block that is not counted as one
    case raw(Instr::delegate): return Follows::other;
    case raw(Instr::local_get): return Follows::read;
    case raw(Instr::local_set):
    case raw(Instr::local_tee): return Follows::write;
    case raw(Instr::block):
    case raw(Instr::if_): return Follows::block;
    case raw(Instr::loop): return Follows::loop;
    case raw(Instr::end): return Follows::end;
    default: break;
    }
    switch (raw(info(op).immediates)) {  // what opcodes of one byte have
    case raw(Immediates::none): return Follows::nothing;
    case raw(Immediates::zero_byte):
    case raw(Immediates::global):
    case raw(Immediates::label):
    case raw(Immediates::function):
    case raw(Immediates::type):
    case raw(Immediates::table):
    case raw(Immediates::tag):
    case raw(Immediates::memory):
    case raw(Immediates::i32):
    case raw(Immediates::i64): return Follows::number;
    case raw(Immediates::type_table): return Follows::numbers;
    case raw(Immediates::f32): return Follows::four_bytes;
    case raw(Immediates::f64): return Follows::eight_bytes;
    case raw(Immediates::memarg8):
    case raw(Immediates::memarg16):
    case raw(Immediates::memarg32):
    case raw(Immediates::memarg64): return Follows::memarg;
    default: return Follows::other;
    }
}

consteval std::array<Follows, 256> make_follows()
{
    std::array<Follows, 256> table{};
    for (size_t byte = 0; byte < table.size(); ++byte)
        table[byte] = follows_of(opcode_pages.single[byte]);
    return table;
}

constexpr std::array<Follows, 256> follows = make_follows();

/// Locals whose uses are weighed as sums, a look at two bits.
constexpr uint32_t direct_locals = 64;

/// What most opcodes need, without a jump for each: how far the next one is if numbers take one
/// byte; which bits of the first four bytes tell that they do not (or that a local is none of the
/// first, a memory not the first, a block's type more than a byte); what a use of the local that
/// the second byte names counts; and how many blocks it opens.
struct alignas(16) Stride {
    uint32_t not_so = 0xff;   ///< The opcode itself: not to be taken in this way.
    uint32_t not_two = 0xff;  ///< The same where the last number takes two bytes.
    uint8_t bytes = 0;
    uint8_t weight = 0;
    int8_t opens = 0;  ///< -1 closes one.
};

consteval Stride stride_of(Follows what)
{
    static_assert(direct_locals == 0x40);
    switch (what) {
    case Follows::nothing: return {.not_so = 0, .bytes = 1};
    case Follows::number: return {.not_so = 0x8000, .not_two = 0x800000, .bytes = 2};
    case Follows::numbers: return {.not_so = 0x808000, .bytes = 3};
    case Follows::four_bytes: return {.not_so = 0, .bytes = 5};
    case Follows::memarg: return {.not_so = 0x80c000, .not_two = 0x8000c000, .bytes = 3};
    case Follows::read: return {.not_so = 0xc000, .bytes = 2, .weight = 1};
    case Follows::write: return {.not_so = 0xc000, .bytes = 2, .weight = 2};
    // The type is none, or the type that comes first.
    case Follows::block: return {.not_so = 0xbf00, .bytes = 2, .opens = 1};
    case Follows::end: return {.not_so = 0, .bytes = 1, .opens = -1};
    case Follows::eight_bytes:
    case Follows::loop:
    case Follows::other: return {};
    }
    return {};
}

static_assert(follows[0] == Follows::nothing);  // no other opcode than 0 is no bit of itself

consteval std::array<Stride, 256> make_strides()
{
    std::array<Stride, 256> table{};
    for (size_t byte = 0; byte < table.size(); ++byte)
        table[byte] = stride_of(follows[byte]);
    return table;
}

constexpr std::array<Stride, 256> strides = make_strides();

/// Their bytes alone: where the next opcode is, is what the walk waits for.
consteval std::array<uint8_t, 256> make_stride_bytes()
{
    std::array<uint8_t, 256> table{};
    for (size_t byte = 0; byte < table.size(); ++byte)
        table[byte] = strides[byte].bytes;
    return table;
}

constexpr std::array<uint8_t, 256> stride_bytes = make_stride_bytes();

/// A walk over the bytes of a body that is not validated yet: it ends where they do, or where
/// anything looks wrong. Validation will say what it is.
class Skim {
public:
    explicit Skim(std::span<const uint8_t> bytes) noexcept
        : at_{bytes.data()}, end_{bytes.data() + bytes.size()}
    {
    }

    /// Goes on as long as strides tell how and no loop ends. Uses of locals are added to `sums`.
    void stride(LoopDepth& depth, uint32_t (&sums)[direct_locals]) noexcept
    {
        const uint32_t weight = depth.weight();
        const int32_t floor = depth.floor();
        int32_t blocks = depth.blocks();
        const uint8_t* at = at_;
        while (end_ - at > 5) {
            const auto bytes = load_le<uint32_t>(at);
            const Stride stride = strides[bytes & 0xff];
            if ((bytes & stride.not_so) != 0) {
                if ((bytes & stride.not_two) != 0) break;
                at += stride.bytes + 1;
                continue;
            }
            if (blocks + stride.opens < floor) break;
            blocks += stride.opens;
            sums[bytes >> 8 & (direct_locals - 1)] += stride.weight * weight;
            at += stride_bytes[*at];
        }
        at_ = at;
        depth.set_blocks(blocks);
    }

    [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }
    [[nodiscard]] uint8_t byte() noexcept { return *at_++; }
    [[nodiscard]] uint8_t peek() const noexcept { return at_ == end_ ? 0 : *at_; }

    void bytes(size_t count) noexcept
    {
        at_ = static_cast<size_t>(end_ - at_) < count ? end_ : at_ + count;
    }
    void number() noexcept
    {
        while (at_ != end_ && *at_++ >= 0x80) {
        }
    }
    /// Two bytes announce a heap type.
    void block_type() noexcept
    {
        if (peek() == 0x63 || peek() == 0x64) ++at_;
        number();
    }
    /// The number, or one that no local has.
    [[nodiscard]] uint32_t index() noexcept
    {
        if (at_ != end_ && *at_ < 0x80) [[likely]]
            return *at_++;
        uint32_t value = 0;
        for (uint32_t shift = 0; at_ != end_ && shift < 32; shift += 7) {
            const uint8_t byte = *at_++;
            value |= static_cast<uint32_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        at_ = end_;
        return no_operation;
    }
    /// The instruction that begins with the byte just read.
    void whole_instruction(Instruction& instruction) noexcept
    {
        --at_;
        decoder::InstructionDecoder code{{at_, end_}, 0};
        at_ = code.next(instruction) ? code.position() : end_;
    }

private:
    const uint8_t* at_;
    const uint8_t* end_;
};

}  // namespace

Status Translator::weigh(uint32_t local, uint32_t more, uint32_t (&best)[2][2])
{
    WRT_CHECK(name_local(local));
    const uint32_t own = weight_of(local) += more;
    const ValKind type = ready(local).type;
    if (type == ValKind::ref || type == ValKind::v128)
        return ok();  // the collector finds references in slots only
    uint32_t(&two)[2] = best[static_cast<int>(bank_of(type))];
    if (two[0] == local || two[1] == local) return ok();
    const auto weight = [&](uint32_t candidate) {
        return candidate == no_operation ? 0 : weight_of(candidate);
    };
    uint32_t& weaker = weight(two[0]) <= weight(two[1]) ? two[0] : two[1];
    if (own > weight(weaker)) weaker = local;
    return ok();
}

/// Looks through the body for the two locals of each bank that are named most, writes counting
/// twice and everything counting more inside loops.
Status Translator::choose_pins(const decoder::FunctionContext& context)
{
    has_pins_[0] = has_pins_[1] = false;
    std::fill(std::begin(pin_slots_), std::end(pin_slots_), uint16_t{0});
    if (options_.slots_only) return ok();

    const uint32_t count = context.locals.count();
    const uint32_t skipped = context.code_offset - context.body.offset;
    // Declarations of locals may run over the body's end; validation says so when it comes to the
    // end.
    if (skipped > context.body.size || count == 0) return ok();
    uint32_t best[2][2] = {{no_operation, no_operation}, {no_operation, no_operation}};
    Skim code{syntax_.bytes(context.body).subspan(skipped)};
    LoopDepth depth;
    // The first locals, which most uses are of, are weighed as sums in the end.
    uint32_t sums[direct_locals] = {};
    const auto use = [&](uint32_t local, uint32_t weight) -> Status {
        if (local < std::size(sums))
            sums[local] += weight;
        else if (local < count)
            return weigh(local, weight, best);
        return ok();
    };
    Instruction instruction;
    while (true) {
        code.stride(depth, sums);
        if (code.at_end()) break;
        switch (follows[code.byte()]) {
        case Follows::nothing: break;
        case Follows::read: WRT_CHECK(use(code.index(), depth.weight())); break;
        case Follows::write: WRT_CHECK(use(code.index(), 2 * depth.weight())); break;
        case Follows::number: code.number(); break;
        case Follows::memarg:
            // Bit 6 announces the index of a memory.
            if ((code.peek() & 0x40) != 0) code.number();
            code.number();
            code.number();
            break;
        case Follows::numbers:
            code.number();
            code.number();
            break;
        case Follows::four_bytes: code.bytes(4); break;
        case Follows::eight_bytes: code.bytes(8); break;
        case Follows::block:
            code.block_type();
            depth.open(false);
            break;
        case Follows::loop:
            code.block_type();
            depth.open(true);
            break;
        case Follows::other:
            code.whole_instruction(instruction);
            if (instruction.op == Instr::try_table) depth.open(false);
            break;
        case Follows::end: depth.close(); break;
        }
    }
    for (uint32_t local = 0; local < std::min<size_t>(count, std::size(sums)); ++local) {
        if (sums[local] != 0) WRT_CHECK(weigh(local, sums[local], best));
    }
    for (int bank = 0; bank < 2; ++bank) {
        uint32_t(&two)[2] = best[bank];
        const auto weight = [&](uint32_t local) {
            return local == no_operation ? 0 : weight_of(local);
        };
        if (weight(two[1]) > weight(two[0])) std::swap(two[0], two[1]);
        constexpr Class places[2] = {Class::l0, Class::l1};
        for (int i = 0; i < 2; ++i) {
            if (weight(two[i]) < 2) continue;
            Operand& local = ready(two[i]);
            local.set_place(places[i]);
            has_pins_[bank] = true;
            pin_slots_[bank * 2 + i] = static_cast<uint16_t>(local.local_slot());
            if (i == 0)
                pin_slots_[bank * 2 + 1] = pin_slots_[bank * 2];  // until a second one comes
        }
    }
    return ok();
}

}  // namespace wrt::runtime
