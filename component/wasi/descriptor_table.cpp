#include <wrt/component/wasi/descriptor_table.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "wasi/host_fd.hpp"

namespace wrt::wasi {

DescriptorTable::DescriptorTable(DescriptorTable&& other) noexcept
    : slots_{std::exchange(other.slots_, {})},
      open_count_{std::exchange(other.open_count_, 0)},
      lowest_free_{std::exchange(other.lowest_free_, 0)}
{
}

void DescriptorTable::swap(DescriptorTable& other) noexcept
{
    std::swap(slots_, other.slots_);
    std::swap(open_count_, other.open_count_);
    std::swap(lowest_free_, other.lowest_free_);
}

DescriptorTable::~DescriptorTable()
{
    for (const Slot& slot : slots_) {
        if (slot.descriptor.host >= 0) ::close(slot.descriptor.host);
    }
}

Result<DescriptorTable> DescriptorTable::create(Arena& arena, uint32_t capacity) noexcept
{
    DescriptorTable table;
    WRT_TRY(table.slots_, static_vector<Slot>::make(arena, End::retained, Account::wasi, capacity));
    table.slots_.try_resize(capacity);
    return table;
}

bool DescriptorTable::is_open(uint32_t index) const noexcept
{
    return index < slots_.size() && slots_[index].descriptor.kind != DescriptorKind::closed;
}

OrErrno<Fd> DescriptorTable::insert(const Descriptor& descriptor) noexcept
{
    WRT_ASSERT(descriptor.kind != DescriptorKind::closed);
    if (full()) {
        if (descriptor.host >= 0) ::close(descriptor.host);
        return Errno::mfile;
    }
    uint32_t index = lowest_free_;
    while (is_open(index)) {
        ++index;
    }
    slots_[index].descriptor = descriptor;
    ++slots_[index].generation;
    ++open_count_;
    lowest_free_ = index + 1;
    return Fd{index};
}

Descriptor* DescriptorTable::find(Fd fd) noexcept
{
    const auto index = static_cast<uint32_t>(fd);
    return is_open(index) ? &slots_[index].descriptor : nullptr;
}

OrErrno<Descriptor*> DescriptorTable::find(Fd fd, Operation operation) noexcept
{
    Descriptor* const descriptor = find(fd);
    if (descriptor == nullptr) return Errno::badf;
    if (!includes(descriptor->base, required_rights(operation))) return Errno::notcapable;
    return descriptor;
}

Errno DescriptorTable::close(Fd fd) noexcept
{
    Descriptor* const descriptor = find(fd);
    if (descriptor == nullptr) return Errno::badf;
    const int host = descriptor->host;
    *descriptor = {};
    --open_count_;
    lowest_free_ = std::min(lowest_free_, static_cast<uint32_t>(fd));
    // Linux frees the number even when close reports EINTR.
    if (host >= 0 && ::close(host) != 0 && errno != EINTR) return errno_from_host(errno);
    return Errno::success;
}

Errno DescriptorTable::renumber(Fd from, Fd to) noexcept
{
    Descriptor* const source = find(from);
    if (source == nullptr || find(to) == nullptr) return Errno::badf;
    if (from == to) return Errno::success;
    const Descriptor moved = *source;
    const Errno closed = close(to);
    *source = {};
    --open_count_;
    slots_[static_cast<uint32_t>(to)].descriptor = moved;
    ++slots_[static_cast<uint32_t>(to)].generation;
    ++open_count_;
    // close(to) made `to` a candidate for the lowest free place; looking there again is harmless.
    lowest_free_ = std::min(lowest_free_, static_cast<uint32_t>(from));
    return closed;
}

OrErrno<DescriptorTable::Handle> DescriptorTable::handle_of(Fd fd) const noexcept
{
    const auto index = static_cast<uint32_t>(fd);
    if (!is_open(index)) return Errno::badf;
    return Handle{index, slots_[index].generation};
}

Descriptor* DescriptorTable::find(Handle handle) noexcept
{
    if (!is_open(handle.index) || slots_[handle.index].generation != handle.generation)
        return nullptr;
    return &slots_[handle.index].descriptor;
}

}  // namespace wrt::wasi
