// The quick way through a body, and one step after the other, say the same of it: which
// instructions there are, and what is wrong where. Bodies are put together by chance, so that most
// of what is typed on the spot is also met where it must not be.
#include "decoder/support.hpp"

#include <wrt/decoder/validate_function.hpp>

#include <random>
#include <string>

using namespace wrt;
using namespace wrt::test;

namespace {

using Random = std::mt19937;

/// A number in as many bytes as chance wants.
Bytes number(Random& random)
{
    switch (random() % 8) {
    case 0: return bytes(0x80 | random() % 128, random() % 128);
    case 1: return bytes(0xff, 0x80 | random() % 128, 0xff, random() % 128);
    case 2: return bytes(0x80, 0x80, 0x80, 0x80, random() % 16);
    case 3: return bytes(0x80, 0x80, 0x00);
    default: return bytes(random() % 128);
    }
}

Bytes some_instruction(Random& random)
{
    const auto local = [&] { return random() % 9; };
    switch (random() % 24) {
    case 0:
    case 1:
    case 2: return bytes(0x20, local());
    case 3: return bytes(0x20, local(), 0x21, local());
    case 4: return bytes(0x20, 0, 0x22, local());
    case 5: return bytes(0x41, number(random));
    case 6: return bytes(0x42, number(random));
    case 7: return bytes(0x20, 0, 0x28, random() % 4, number(random));
    case 8: return bytes(0x41, 4, 0x20, 1, 0x37, random() % 5, number(random));
    case 9: return bytes(0x41, 4, 0x2d, 0x40, random() % 3, 1);  // of a memory by its index
    case 10: return bytes(0x6a + random() % 15);
    case 11: return bytes(0x41, 1, 0x41, 2, 0x46 + random() % 10);
    case 12: return bytes(0x20, 1, 0xa7, 0x45);
    case 13: return bytes(0x41, 5, 0xc0 + random() % 3);  // i32.extend8_s, i64.extend8_s
    case 14: return bytes(0x1a);
    case 15: return bytes(0x02, random() % 4 == 0 ? i32 : 0x40);
    case 16: return bytes(0x03, 0x40);
    case 17: return bytes(0x20, 0, 0x04, 0x40);
    case 18: return bytes(0x05);
    case 19: return bytes(0x20, 0, 0x0d, random() % 3);
    case 20: return bytes(0x23 + random() % 2, random() % 4);
    case 21: return bytes(0x10, random() % 2);
    case 22: return random() % 3 == 0 ? bytes(0x0c, random() % 2) : bytes(end);
    default: return random() % 4 == 0 ? bytes(random() % 2 == 0 ? 0x00 : 0x0f) : bytes(0x1a);
    }
}

/// Ends what is open, so that some of it is valid.
Bytes some_body(Random& random)
{
    Bytes code;
    for (uint32_t count = static_cast<uint32_t>(random() % 24); count != 0; --count)
        append(code, some_instruction(random));
    append(code, Bytes(random() % 4, end));
    return code;
}

/// What a sink is told, without what only some instructions have.
struct Trace {
    std::string text;

    Status begin(const decoder::FunctionContext&) { return ok(); }
    Status instruction(const decoder::Instruction& in, bool reachable)
    {
        const Immediates immediates = info(in.op).immediates;
        const bool has_memarg = info(in.op).signature.has_addr;
        text += std::to_string(in.offset) + " " + std::string{info(in.op).text};
        if (has_memarg) text += " align " + std::to_string(in.align);
        if (has_memarg || immediates == Immediates::i32 || immediates == Immediates::i64)
            text += " value " + std::to_string(in.value);
        if (has_memarg || immediates == Immediates::local || immediates == Immediates::label ||
            immediates == Immediates::function || immediates == Immediates::global)
            text += " index " + std::to_string(in.index);
        if (in.op == Instr::drop || immediates == Immediates::local ||
            immediates == Immediates::global)
            text += " type " + std::to_string(in.type.bits());
        if (in.op == Instr::end || immediates == Immediates::label)
            text += " types " + std::to_string(in.params.size());
        text += reachable ? "\n" : " (dead)\n";
        return ok();
    }
    Status finish() { return ok(); }
};

Status step_through(const decoder::Module& module, decoder::ValidatorScratch& scratch, Trace& trace)
{
    decoder::FunctionValidator validator{module, 0, scratch};
    WRT_CHECK(validator.begin_body());
    decoder::Instruction instruction;
    while (!validator.done()) {
        const bool reachable = validator.reachable();
        if (!validator.step(instruction)) return validator.error();
        WRT_CHECK(trace.instruction(instruction, reachable));
    }
    return ok();
}

/// Locals: i32, i64, i32, f32, i32, and then `last`.
Bytes around(const Bytes& code, const Bytes& memories, const Bytes& last)
{
    const Bytes locals = vec({bytes(1, i32), bytes(1, i64), bytes(1, i32), bytes(1, f32),
                              bytes(1, i32), bytes(1, last)});
    return module({section(type_id, vec({func_type({}, {}), bytes(struct_form, vec({}))})),
                   section(function_id, vec({leb(0), leb(0)})), section(memory_id, memories),
                   section(global_id, vec({bytes(i32, 0, 0x41, 0, end), bytes(i32, 1, 0x41, 0, end),
                                           bytes(i64, 1, 0x42, 0, end)})),
                   section(code_id, vec({sized(bytes(locals, code, end)), sized(bytes(0, end))}))});
}

/// Compares both ways on so many bodies. How many were valid.
uint32_t compare(uint32_t seed, const Bytes& memories, const Bytes& last, FeatureSet features)
{
    Random random{seed};
    uint32_t valid = 0;
    for (int round = 0; round < 4000; ++round) {
        const Bytes binary = around(some_body(random), memories, last);
        Trace quick;
        Trace steps;
        std::string quick_verdict;
        std::string steps_verdict;
        const Status decoded = decoder::decode_module_streaming(
            binary, test_arena(), {.defer_bodies = true, .features = features},
            [&](const decoder::Module& module) {
                decoder::ValidatorScratch scratch{test_arena()};
                quick_verdict = sentence(decoder::validate_function(module, 0, scratch, quick));
                steps_verdict = sentence(step_through(module, scratch, steps));
                return ok();
            });
        EXPECT_EQ(sentence(decoded), "valid");
        EXPECT_EQ(quick_verdict, steps_verdict) << quick.text;
        EXPECT_EQ(quick.text, steps.text);
        if (::testing::Test::HasFailure()) return 0;
        if (quick_verdict == "valid") ++valid;
    }
    return valid;
}

const Bytes one_memory = vec({bytes(0, 1)});
const Bytes two_memories = vec({bytes(0, 1), bytes(0, 1)});
const Bytes large_memory = vec({bytes(4, 1)});

}  // namespace

TEST(quick_validation, says_what_one_step_after_the_other_says)
{
    EXPECT_GT(compare(1, one_memory, bytes(f64), FeatureSet::all()), 20u);
    EXPECT_GT(compare(2, two_memories, bytes(f64), FeatureSet::all()), 20u);
}

TEST(quick_validation, leaves_what_is_out_of_the_ordinary_to_steps)
{
    EXPECT_GT(compare(3, vec({}), bytes(f64), FeatureSet::all()), 20u);
    EXPECT_GT(compare(4, large_memory, bytes(f64), FeatureSet::all()), 20u);
    EXPECT_GT(compare(5, one_memory, bytes(ref, 1), FeatureSet::all()), 20u);
    EXPECT_GT(compare(6, one_memory, bytes(f64), FeatureSet::v3().without(Feature::sign_extension)),
              20u);
}
