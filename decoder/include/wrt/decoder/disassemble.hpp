// Instructions as text, from the table's own words: what traces, `wrtd inspect` and error reports
// print.
#pragma once

#include <wrt/decoder/module.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/foundation/text.hpp>

#include <cstdint>

namespace wrt::decoder {

/// One instruction with its immediates, as the text format writes it flat: `i32.load offset=8
/// align=2`, `br_table 0 1 2`, `call_indirect 1 (type 3)`. Needs nothing but what
/// decode_instruction() fills.
void write_instruction(const Instruction& instruction, TextSink& sink);

/// Calls `line(const Instruction&, uint32_t depth, std::string_view text)` for each instruction of
/// a body that is defined here; `depth` is the nesting, for indentation. Errors: the body's own,
/// where it is malformed.
template <class Line>
Status disassemble(const Module& module, uint32_t function, Line&& line);

namespace detail {

/// Skips the locals and walks the instructions.
class BodyWalker {
public:
    BodyWalker(const Module& module, uint32_t function);
    Status skip_locals();
    /// False at the end of the body.
    Result<bool> next(Instruction& instruction);
    /// Of the instruction that next() gave.
    uint32_t depth() const { return depth_; }

private:
    ByteReader reader_;
    uint32_t depth_ = 0;
    uint32_t next_depth_ = 0;
};

}  // namespace detail

template <class Line>
Status disassemble(const Module& module, uint32_t function, Line&& line)
{
    detail::BodyWalker walker{module, function};
    WRT_CHECK(walker.skip_locals());
    Instruction instruction;
    while (true) {
        WRT_TRY(const bool more, walker.next(instruction));
        if (!more) return ok();
        char buffer[512];
        TextSink sink{buffer};
        write_instruction(instruction, sink);
        line(instruction, walker.depth(), sink.view());
    }
}

}  // namespace wrt::decoder
