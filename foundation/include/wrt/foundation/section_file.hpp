// A file of sections: what snapshots and images are written in. Little-endian.
//
//     8 bytes   0, five letters that say what it is, u16 version
//     sections  u32 id (not ~0), u64 size, the bytes
//     end       u32 ~0, u64 size of the whole file, two u64 digest of everything before them
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <wrt/foundation/byte_writer.hpp>
#include <wrt/foundation/fixed_reader.hpp>
#include <wrt/foundation/result.hpp>

namespace wrt {

struct FileKind {
    std::string_view letters;  ///< Five.
    uint16_t version = 0;
};

/// Whether `bytes` begin as a file of that kind does, whatever its version.
[[nodiscard]] inline bool is_file_of(FileKind kind, std::span<const uint8_t> bytes) noexcept
{
    return bytes.size() >= 8 && bytes[0] == 0 &&
           std::memcmp(bytes.data() + 1, kind.letters.data(), 5) == 0;
}

class SectionFileWriter {
public:
    SectionFileWriter(FileKind kind, ByteSink sink) noexcept : to_{sink}
    {
        to_.put(uint8_t{0});
        for (const char letter : kind.letters)
            to_.put(static_cast<uint8_t>(letter));
        to_.put(kind.version);
    }

    /// `write(ByteWriter&)` writes the section; it is called twice, first to learn its size.
    template <class Write>
    Status section(uint32_t id, Write&& write) noexcept
    {
        ByteWriter count;
        WRT_CHECK(write(count));
        to_.put(id);
        to_.put(count.written());
        return write(to_);
    }
    Status section(uint32_t id, std::span<const uint8_t> bytes) noexcept
    {
        return section(id, [&](ByteWriter& to) {
            to.put_bytes(bytes);
            return ok();
        });
    }

    /// Ends the file; the sink's error, if it had one. The digest names the contents.
    Result<Digest> finish() noexcept
    {
        constexpr uint64_t end_bytes = 4 + 8 + 16;
        const uint64_t size = to_.written() + end_bytes;
        to_.put(~uint32_t{0});
        to_.put(size);
        const Digest digest = to_.digest();
        to_.put(digest.low);
        to_.put(digest.high);
        WRT_CHECK(to_.finish());
        return digest;
    }

private:
    ByteWriter to_;
};

class SectionFile {
public:
    /// Errors: unknown_file_version, checksum_mismatch (damage, and what is cut off or added).
    /// `other`: what it is if it does not even begin as it should. Sections are views of `bytes`.
    static Result<SectionFile> open(FileKind kind, std::span<const uint8_t> bytes,
                                    Errc other) noexcept
    {
        constexpr size_t head = 8;
        constexpr size_t end = 4 + 8 + 16;
        if (!is_file_of(kind, bytes)) return Error{.code = other};
        if (load_le<uint16_t>(bytes.data() + 6) != kind.version) {
            return Error{.code = Errc::unknown_file_version,
                         .detail = Detail::count,
                         .expected = kind.version,
                         .actual = load_le<uint16_t>(bytes.data() + 6)};
        }
        if (bytes.size() < head + end) return Error{.code = Errc::checksum_mismatch};
        SectionFile file;
        const std::span<const uint8_t> summed = bytes.first(bytes.size() - 16);
        FixedReader last{bytes.last(end)};
        const bool whole =
            last.get<uint32_t>() == ~uint32_t{0} && last.get<uint64_t>() == bytes.size();
        file.digest_.low = last.get<uint64_t>();
        file.digest_.high = last.get<uint64_t>();
        if (!whole || digest_of(summed) != file.digest_)
            return Error{.code = Errc::checksum_mismatch};
        file.sections_ = bytes.subspan(head, bytes.size() - head - end);
        for (FixedReader at{file.sections_}; at.remaining() != 0;) {
            at.get<uint32_t>();
            at.bytes(at.get<uint64_t>());
            if (!at.good()) return Error{.code = other};
        }
        return file;
    }

    /// The `index`-th section of that id.
    [[nodiscard]] std::optional<std::span<const uint8_t>> section(uint32_t id,
                                                                  size_t index = 0) const noexcept
    {
        for (FixedReader at{sections_}; at.remaining() != 0;) {
            const auto found = at.get<uint32_t>();
            const std::span<const uint8_t> bytes = at.bytes(at.get<uint64_t>());
            if (found == id && index-- == 0) return bytes;
        }
        return std::nullopt;
    }
    [[nodiscard]] size_t count(uint32_t id) const noexcept
    {
        size_t count = 0;
        while (section(id, count))
            ++count;
        return count;
    }
    [[nodiscard]] Digest digest() const noexcept { return digest_; }

private:
    std::span<const uint8_t> sections_;
    Digest digest_;
};

}  // namespace wrt
