#include <wrt/foundation/checksum.hpp>

#include <algorithm>
#include <cstring>

namespace wrt {

void Checksum::fold(std::span<const uint8_t> block) noexcept
{
    low_.low ^= siphash(block, low_);
    high_.low ^= siphash(block, high_);
}

void Checksum::add(std::span<const uint8_t> bytes) noexcept
{
    total_ += bytes.size();
    while (!bytes.empty()) {
        if (filled_ == 0 && bytes.size() >= block_.size()) {
            fold(bytes.first(block_.size()));
            bytes = bytes.subspan(block_.size());
            continue;
        }
        const size_t taken = std::min(bytes.size(), block_.size() - filled_);
        std::memcpy(block_.data() + filled_, bytes.data(), taken);
        filled_ += taken;
        bytes = bytes.subspan(taken);
        if (filled_ != block_.size()) return;
        fold(block_);
        filled_ = 0;
    }
}

Digest Checksum::finish() noexcept
{
    fold(std::span<const uint8_t>{block_}.first(filled_));
    filled_ = 0;
    std::array<uint8_t, 8> length{};
    for (size_t i = 0; i < length.size(); ++i)
        length[i] = static_cast<uint8_t>(total_ >> (8 * i));
    fold(length);
    return {low_.low, high_.low};
}

Digest digest_of(std::span<const uint8_t> bytes) noexcept
{
    Checksum checksum;
    checksum.add(bytes);
    return checksum.finish();
}

}  // namespace wrt
