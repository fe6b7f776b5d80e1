#include "wasi/preview1_memory.hpp"

namespace wrt::wasi::preview1 {

namespace {

constexpr uint64_t ns_per_second = 1'000'000'000;

timespec host_time(Timestamp ns) noexcept
{
    timespec time{};
    time.tv_sec = static_cast<time_t>(ns / ns_per_second);
    time.tv_nsec = static_cast<long>(ns % ns_per_second);
    return time;
}

timespec omitted() noexcept
{
    timespec time{};
    time.tv_nsec = UTIME_OMIT;
    return time;
}

timespec now(const Clocks& clocks) noexcept
{
    if (clocks.is_fixed()) return host_time(clocks.now_ns(ClockId::realtime).value);
    timespec time{};
    time.tv_nsec = UTIME_NOW;
    return time;
}

}  // namespace

OrErrno<std::span<iovec>> gather_buffers(Context& context, GuestMemory memory, Ptr iovs,
                                         Size iovs_len) noexcept
{
    static_assert(io::max_buffers * sizeof(iovec) <= scratch_bytes);
    if (iovs_len > io::max_buffers) return Errno::inval;
    if (!memory.holds(iovs, uint64_t{iovs_len} * IoVecLayout::size)) return Errno::fault;
    const std::span<iovec> buffers = context.scratch.take<iovec>(iovs_len);
    for (uint32_t i = 0; i < iovs_len; ++i) {
        Record<IoVecLayout::size> record;
        if (!memory.load(iovs + i * uint32_t{IoVecLayout::size}, record)) return Errno::fault;
        const Ptr start{record.get<uint32_t>(IoVecLayout::buf)};
        const auto length = record.get<uint32_t>(IoVecLayout::buf_len);
        if (!memory.holds(start, length)) return Errno::fault;
        buffers[i] = {.iov_base = memory.bytes(start, length).data(), .iov_len = length};
    }
    return buffers;
}

OrErrno<std::array<timespec, 2>> times_from(const Clocks& clocks, Timestamp atim, Timestamp mtim,
                                            FstFlags flags) noexcept
{
    const OrErrno<uint16_t> known = known_flags(flags, fstflag::all);
    if (!known) return known.error;
    const auto time = [&](uint16_t given, uint16_t given_now,
                          Timestamp value) noexcept -> OrErrno<timespec> {
        const bool sets = (known.value & given) != 0;
        const bool sets_now = (known.value & given_now) != 0;
        if (sets && sets_now) return Errno::inval;
        return sets ? host_time(value) : sets_now ? now(clocks) : omitted();
    };
    const OrErrno<timespec> access = time(fstflag::atim, fstflag::atim_now, atim);
    const OrErrno<timespec> modification = time(fstflag::mtim, fstflag::mtim_now, mtim);
    if (!access || !modification) return Errno::inval;
    return std::array<timespec, 2>{access.value, modification.value};
}

Timestamp timestamp_from(const timespec& time) noexcept
{
    if (time.tv_sec < 0) return 0;
    const auto seconds = static_cast<uint64_t>(time.tv_sec);
    if (seconds >= std::numeric_limits<Timestamp>::max() / ns_per_second) {
        return std::numeric_limits<Timestamp>::max();
    }
    return seconds * ns_per_second + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace wrt::wasi::preview1
