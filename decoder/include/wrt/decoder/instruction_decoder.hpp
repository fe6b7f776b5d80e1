// InstructionDecoder: opcodes and immediates out of bytes, one instruction at a time. Syntax only;
// what an index or a type means is for the validator to ask.
#pragma once

#include <wrt/decoder/instruction.hpp>
#include <wrt/foundation/byte_reader.hpp>
#include <wrt/foundation/error.hpp>

#include <cstdint>
#include <span>

namespace wrt::decoder {

/// Reads return false on failure and leave the reason in error(): an answer in a register, because
/// they are asked several hundred million times a second. Once false, the decoder is not to be used
/// further.
class InstructionDecoder {
public:
    /// `base` is the offset of `bytes` in the binary.
    InstructionDecoder(std::span<const uint8_t> bytes, uint32_t base,
                       FeatureSet features = FeatureSet::all())
        : position_{bytes.data()},
          begin_{bytes.data()},
          end_{bytes.data() + bytes.size()},
          base_{base},
          features_{features}
    {
    }

    bool at_end() const { return position_ == end_; }
    uint32_t offset() const { return base_ + static_cast<uint32_t>(position_ - begin_); }
    size_t remaining() const { return static_cast<size_t>(end_ - position_); }
    const uint8_t* position() const { return position_; }
    /// Skips bytes that were looked at through position().
    void advance(size_t count) { position_ += count; }
    const Error& error() const { return error_; }

    /// Decodes the next instruction. Reference types come with the indices that the bytes have.
    [[nodiscard]] bool next(Instruction& instruction)
    {
        return opcode(instruction) && allowed(instruction) && immediates(instruction);
    }

    /// The parts of next(), for who can do better between them.
    [[nodiscard, gnu::always_inline]] bool opcode(Instruction& instruction)
    {
        instruction.offset = offset();
        if (position_ == end_) [[unlikely]] {
            return fail(Errc::unexpected_end_of_section_or_function);
        }
        const uint8_t byte = *position_++;
        instruction.op = opcode_pages.single[byte];
        return instruction.op != Instr::count_ || prefixed_opcode(byte, instruction.op);
    }
    /// The features have the instruction. Need not be asked of what the first version has.
    [[nodiscard, gnu::always_inline]] bool allowed(const Instruction& instruction)
    {
        return features_.has(info(instruction.op).feature) || refuse(instruction);
    }
    [[nodiscard]] bool immediates(Instruction& instruction);
    FeatureSet features() const { return features_; }

    [[nodiscard]] bool byte(uint8_t& value)
    {
        if (position_ == end_) [[unlikely]] {
            return fail(Errc::unexpected_end_of_section_or_function);
        }
        value = *position_++;
        return true;
    }

    [[nodiscard, gnu::always_inline]] bool u32(uint32_t& value)
    {
        if (position_ != end_ && *position_ < 0x80) [[likely]] {
            value = *position_++;
            return true;
        }
        return long_u32(value);
    }

    [[nodiscard]] bool u64(uint64_t& value)
    {
        if (position_ != end_ && *position_ < 0x80) [[likely]] {
            value = *position_++;
            return true;
        }
        return long_u64(value);
    }

    /// Sign-extended to 32 bits, the upper 32 zero.
    [[nodiscard]] bool i32(uint64_t& bits)
    {
        if (position_ != end_ && *position_ < 0x80) [[likely]] {
            // Sign in bit 6 of the only byte.
            const uint32_t byte = *position_++;
            bits = byte < 0x40 ? byte : byte | 0xffffff80u;
            return true;
        }
        return long_i32(bits);
    }

    /// Into align, index and value.
    [[nodiscard]] bool memarg(Instruction& instruction)
    {
        uint32_t flags = 0;
        if (!u32(flags)) return false;
        if (flags >= 0x40) [[unlikely]] {
            return rare_memarg(flags, instruction);
        }
        instruction.align = static_cast<uint8_t>(flags);
        instruction.index = 0;
        return u64(instruction.value);
    }

    [[nodiscard]] bool block_type(BlockType& type);
    /// A value type (5.3.5); `index` types are as written, those above HeapType::max_index as that.
    [[nodiscard]] bool value_type(ValType& type);
    [[nodiscard]] bool heap_type(HeapType& type);
    /// A value type where the grammar allows references only.
    [[nodiscard]] bool reference_type(ValType& type);
    /// A value type, i8 or i16.
    [[nodiscard]] bool storage_type(ValType& type);

    [[nodiscard]] bool fail(Errc code) { return fail(Error{.code = code, .offset = offset()}); }
    [[nodiscard]] bool fail(const Error& error)
    {
        error_ = error;
        return false;
    }

private:
    bool prefixed_opcode(uint8_t prefix, Instr& op);
    [[gnu::cold]] bool refuse(const Instruction& instruction);
    bool zero_byte();
    bool only_index(uint32_t& index, Feature feature);
    bool rare_memarg(uint32_t flags, Instruction& instruction);
    bool label_table(Instruction& instruction);
    bool try_table(Instruction& instruction);
    bool select_types(Instruction& instruction);
    bool cast_label(Instruction& instruction);
    bool fixed_bytes(uint32_t count, uint8_t* to);
    bool long_u32(uint32_t& value);
    bool long_u64(uint64_t& value);
    bool long_i32(uint64_t& bits);
    bool s33(int64_t& value);
    bool s64(uint64_t& bits);

    // Runs one of ByteReader's reads at the position, for the cases that are not one byte long.
    template <class Read>
    bool through_reader(Read read);

    const uint8_t* position_;
    const uint8_t* begin_;
    const uint8_t* end_;
    uint32_t base_;
    FeatureSet features_;
    Error error_{};
};

}  // namespace wrt::decoder
