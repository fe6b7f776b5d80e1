// Guests that lie about their memory, their values and their handles: each lie ends in the trap
// that the specification has for it, and whoever told it is not entered again.
#include <array>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <wrt/component/component.hpp>

#include "hostile/hostile_components.hpp"

using namespace wrt;
using namespace wrt::component;

namespace {

/// One instance in a world of its own. What is called gets numbers for its params, as they lie one
/// behind the other.
struct Guest {
    explicit Guest(std::span<const uint8_t> binary)
        : arena{Backing::reserve(size_t{1} << 28).value()},
          store{runtime::Store::make(arena, {.limits = {.stack_slots = 4096}}).value()},
          world{make_world(*store, {.handles = 64, .lends = 8, .host_bytes = 4096}).value()}
    {
        ComponentLoadOptions options;
        options.translate.fuel = true;
        instance = load_and_instantiate(*world, binary, options).value();
        store->execution().fuel = 100'000;
        arena.seal();  // no call allocates, whatever it comes to
    }

    Status call(std::string_view name, std::initializer_list<uint32_t> args)
    {
        const Func* const func = find_function(*instance, name);
        EXPECT_NE(func, nullptr) << name;
        uint32_t at = place;
        for (const uint32_t arg : args) {
            std::memcpy(room.data() + at, &arg, 4);
            at += 4;
        }
        HostMemory memory{room};
        static_cast<void>(memory.allocate(1, 2048));
        return component::call(*world, *func, memory, place, result);
    }
    uint32_t number(std::string_view name, std::initializer_list<uint32_t> args)
    {
        const Status status = call(name, args);
        EXPECT_TRUE(status) << name << ": " << describe(status.error()).view();
        uint32_t value = 0;
        std::memcpy(&value, room.data() + result, 4);
        return value;
    }

    static constexpr uint32_t place = 16;
    static constexpr uint32_t result = 64;
    Arena arena;
    runtime::Store* store;
    World* world;
    Instance* instance = nullptr;
    alignas(16) std::array<uint8_t, 8192> room{};
};

std::string verdict(const Status& status)
{
    return status ? "ok" : std::string{describe(status.error()).view()};
}

/// The call traps with that error, and from then on the guest is not entered.
void expect_trap(Guest& guest, Errc code, std::string_view name,
                 std::initializer_list<uint32_t> args)
{
    const Status status = guest.call(name, args);
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().code, code) << name << ": " << verdict(status);
    const Status again = guest.call(name, args);
    ASSERT_FALSE(again) << name;
    EXPECT_EQ(again.error().code, Errc::cannot_enter_component) << verdict(again);
}

constexpr uint32_t normal = 0, too_late = 1, outside = 2, odd = 3, zero = 4, same = 5, traps = 6,
                   forever = 7, grows = 8;

/// What `mode` of realloc makes of a call of `name` with a list or string of `length` at 1024.
void expect_of_realloc(uint32_t mode, std::string_view name, uint32_t length, Errc code)
{
    SCOPED_TRACE(std::string{name} + " in mode " + std::to_string(mode));
    Guest guest{test::liar_component};
    guest.number("mode", {mode});
    std::fill_n(guest.room.begin() + 1024, 512, uint8_t{'x'});
    const Status status = guest.call(name, {1024, length});
    EXPECT_EQ(status ? Errc::none : status.error().code, code) << verdict(status);
}

}  // namespace

TEST(hostile_guests, get_nothing_by_a_realloc_that_lies)
{
    for (const std::string_view name :
         {"take-bytes", "take-longs", "take-utf8", "take-utf16", "take-latin1"}) {
        expect_of_realloc(normal, name, 16, Errc::none);
        expect_of_realloc(too_late, name, 16, Errc::realloc_out_of_bounds);
        expect_of_realloc(traps, name, 16, Errc::unreachable);
        expect_of_realloc(forever, name, 16, Errc::out_of_fuel);
        expect_of_realloc(grows, name, 16, Errc::none);
        expect_of_realloc(zero, name, 16, Errc::none);
    }
    expect_of_realloc(outside, "take-bytes", 32, Errc::realloc_out_of_bounds);
    expect_of_realloc(outside, "take-longs", 2, Errc::realloc_out_of_bounds);
    expect_of_realloc(odd, "take-bytes", 16, Errc::none);
    expect_of_realloc(odd, "take-longs", 2, Errc::realloc_unaligned);
    expect_of_realloc(odd, "take-utf16", 4, Errc::realloc_unaligned);
    expect_of_realloc(odd, "take-latin1", 4, Errc::realloc_unaligned);
    expect_of_realloc(same, "take-bytes", 300, Errc::none);
}

TEST(hostile_guests, that_put_lists_over_each_other_only_hurt_themselves)
{
    Guest guest{test::liar_component};
    guest.number("mode", {same});
    // Three lists of two numbers: all of them, and the list of lists, at the same place.
    const std::array<uint32_t, 6> lists = {1100, 2, 1200, 2, 1300, 2};
    // Places of u64 are multiples of 8.
    std::array<uint32_t, 6> aligned = lists;
    for (size_t i = 0; i < 6; i += 2)
        aligned[i] &= ~7u;
    std::memcpy(guest.room.data() + 1024, aligned.data(), sizeof aligned);
    EXPECT_EQ(verdict(guest.call("take-lists", {1024, 3})), "ok");
    EXPECT_EQ(verdict(guest.call("take-bytes", {1024, 3})), "ok");
}

TEST(hostile_guests, cannot_lie_about_lengths)
{
    struct Lie {
        std::string_view name;
        uint32_t at;
        uint32_t length;
        Errc code;
    };
    const Lie lies[] = {
        {"give-bytes", 65'536, 1, Errc::list_out_of_bounds},
        {"give-bytes", 0xffffffff, 1, Errc::list_out_of_bounds},
        {"give-bytes", 0, 65'537, Errc::list_out_of_bounds},
        {"give-bytes", 0, 0xffffffff, Errc::transfer_too_large},
        {"give-bytes", 0, 1u << 28, Errc::transfer_too_large},
        {"give-longs", 0, 0x20000000, Errc::transfer_too_large},  // times 8 is 2 to the 32
        {"give-longs", 0, 0x20000001, Errc::transfer_too_large},
        {"give-longs", 8, 8'192, Errc::list_out_of_bounds},
        {"give-longs", 4, 1, Errc::unaligned_pointer},
        {"give-utf8", 0, 0xffffffff, Errc::transfer_too_large},
        {"give-utf8", 65'535, 2, Errc::string_out_of_bounds},
        {"give-utf16", 1, 1, Errc::unaligned_pointer},
        {"give-utf16", 0, 0x80000001, Errc::transfer_too_large},
        {"give-utf16", 65'534, 2, Errc::string_out_of_bounds},
        {"give-latin1", 0, 0x80000000 | 40'000, Errc::string_out_of_bounds},
        {"give-latin1", 1, 1, Errc::unaligned_pointer},
    };
    for (const Lie& lie : lies) {
        SCOPED_TRACE(std::string{lie.name} + " " + std::to_string(lie.at) + " " +
                     std::to_string(lie.length));
        Guest guest{test::liar_component};
        expect_trap(guest, lie.code, lie.name, {lie.at, lie.length});
    }
    for (const uint32_t at : {65'528u, 65'536u, 0xfffffff8u}) {
        Guest guest{test::liar_component};
        expect_trap(guest, Errc::result_out_of_bounds, "give-at", {at});
    }
    Guest guest{test::liar_component};
    expect_trap(guest, Errc::unaligned_pointer, "give-at", {4});
}

TEST(hostile_guests, cannot_pass_what_is_no_text)
{
    struct Text {
        std::string_view name;
        uint32_t at;
        uint32_t length;
        bool good;
    };
    const Text texts[] = {
        {"give-utf8", 256, 2, true},
        {"give-utf8", 258, 1, false},   // ff
        {"give-utf8", 259, 1, false},   // fe
        {"give-utf8", 260, 2, false},   // overlong
        {"give-utf8", 262, 3, false},   // a surrogate
        {"give-utf8", 265, 4, false},   // beyond 10ffff
        {"give-utf8", 269, 2, false},   // cut off
        {"give-utf16", 512, 1, false},  // high, then nothing
        {"give-utf16", 512, 2, false},  // high, then 'a'
        {"give-utf16", 516, 1, false},  // low
        {"give-utf16", 518, 2, true},   // a pair
        {"give-utf16", 522, 1, true},
        {"give-latin1", 256, 9, true},            // any byte is latin1
        {"give-latin1", 512, 0x80000001, false},  // tagged UTF-16: high
        {"give-latin1", 518, 0x80000002, true},   // a pair
        {"give-latin1", 518, 0x80000001, false},  // half of it
    };
    for (const Text& text : texts) {
        SCOPED_TRACE(std::string{text.name} + " " + std::to_string(text.at));
        Guest guest{test::liar_component};
        const Status status = guest.call(text.name, {text.at, text.length});
        EXPECT_EQ(status.has_value(), text.good) << verdict(status);
        if (!status) {
            EXPECT_EQ(kind_of(status.error().code), ErrorKind::trap) << verdict(status);
        }
    }
}

TEST(hostile_guests, cannot_pass_values_that_are_none)
{
    struct Value {
        std::string_view name;
        uint32_t bits;
        Errc code;
    };
    const Value values[] = {
        {"give-char", 0xd7ff, Errc::none},
        {"give-char", 0xd800, Errc::invalid_char},
        {"give-char", 0xdfff, Errc::invalid_char},
        {"give-char", 0x10ffff, Errc::none},
        {"give-char", 0x110000, Errc::invalid_char},
        {"give-char", 0xffffffff, Errc::invalid_char},
        {"give-color", 2, Errc::none},
        {"give-color", 3, Errc::invalid_discriminant},
        {"give-color", 0xffffffff, Errc::invalid_discriminant},
        {"give-shape", 3, Errc::invalid_discriminant},
        {"give-shape", 255, Errc::invalid_discriminant},
        {"give-option", 2, Errc::invalid_discriminant},
    };
    for (const Value& value : values) {
        SCOPED_TRACE(std::string{value.name} + " " + std::to_string(value.bits));
        Guest guest{test::liar_component};
        const Status status = guest.call(value.name, {value.bits});
        EXPECT_EQ(status ? Errc::none : status.error().code, value.code) << verdict(status);
    }
    Guest guest{test::liar_component};
    EXPECT_EQ(guest.number("give-bool", {0x100}) & 0xff, 1u) << "any number but 0 is true";
    EXPECT_EQ(guest.number("give-marks", {0xffffffff}) & 0xff, 7u) << "flags that are none go";
}

TEST(hostile_guests, whose_post_return_traps_are_not_entered_again)
{
    Guest guest{test::liar_component};
    expect_trap(guest, Errc::unreachable, "post", {7});
}

TEST(hostile_guests, cannot_make_handles_of_numbers)
{
    for (const uint32_t handle : {0u, 1u, 7u, 0x7fffffffu, 0xffffffffu}) {
        SCOPED_TRACE(handle);
        for (const std::string_view name :
             {"thief.use-a", "thief.drop-a", "thief.drop-b", "thief.give-a"}) {
            Guest guest{test::confused_component};
            expect_trap(guest, Errc::unknown_handle, name, {handle});
        }
    }
}

TEST(hostile_guests, cannot_take_one_resource_for_another)
{
    for (const std::string_view name : {"thief.use-a", "thief.drop-a", "thief.give-a"}) {
        Guest guest{test::confused_component};
        const uint32_t b = guest.number("thief.make-b", {5});
        expect_trap(guest, Errc::handle_type_mismatch, name, {b});
    }
}

TEST(hostile_guests, cannot_give_away_what_they_gave_away_or_lent)
{
    {
        Guest guest{test::confused_component};
        const uint32_t a = guest.number("thief.make-a", {5});
        EXPECT_EQ(guest.number("thief.use-a", {a}), 5u);
        EXPECT_TRUE(guest.call("thief.drop-a", {a}));
        expect_trap(guest, Errc::unknown_handle, "thief.drop-a", {a});
    }
    {
        Guest guest{test::confused_component};
        const uint32_t a = guest.number("thief.make-a", {5});
        expect_trap(guest, Errc::unknown_handle, "thief.take-two", {a, a});
    }
    {
        Guest guest{test::confused_component};
        const uint32_t a = guest.number("thief.make-a", {5});
        expect_trap(guest, Errc::handle_lent, "thief.lend-and-take", {a, a});
    }
    {
        Guest guest{test::confused_component};
        const uint32_t a = guest.number("thief.make-a", {5});
        EXPECT_TRUE(guest.call("thief.give-a", {a}));
        expect_trap(guest, Errc::unknown_handle, "thief.use-a", {a});
    }
}

TEST(hostile_guests, cannot_keep_what_they_borrowed)
{
    Guest guest{test::confused_component};
    const uint32_t a = guest.number("owner.make-a", {5});
    expect_trap(guest, Errc::borrows_remain, "thief.keep", {a});
}

TEST(hostile_guests, whose_destructor_traps_are_not_entered_again)
{
    Guest guest{test::confused_component};
    const uint32_t a = guest.number("owner.make-a", {13});
    const Status dropped = drop_host_handle(*guest.world, a);
    ASSERT_FALSE(dropped);
    EXPECT_EQ(dropped.error().code, Errc::unreachable);
    const Status again = guest.call("owner.make-a", {1});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Errc::cannot_enter_component);
    EXPECT_EQ(drop_host_handle(*guest.world, a).error().code, Errc::unknown_handle);
    EXPECT_EQ(drop_host_handle(*guest.world, 0).error().code, Errc::unknown_handle);
    EXPECT_EQ(drop_host_handle(*guest.world, 0xffffffff).error().code, Errc::unknown_handle);
}

TEST(hostile_guests, that_hoard_handles_come_to_an_end)
{
    Guest guest{test::confused_component};
    Status status = ok();
    for (uint32_t i = 0; i < 1'000 && status; ++i) {
        guest.store->execution().fuel = 100'000;
        status = guest.call("thief.make-b", {i});
    }
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::handle_table_full);
}
