// fd_read, fd_write and their forms with an offset; sock_*.
#include <sys/socket.h>

#include <cerrno>

#include "wasi/io.hpp"
#include "wasi/preview1.hpp"
#include "wasi/preview1_memory.hpp"

namespace wrt::wasi::preview1 {

namespace {

/// What reading, writing, sending have in common: the right, the result's place, the buffers, the
/// transfer.
template <class Transfer>
Errno transfer(Context& context, GuestMemory memory, const OrErrno<Descriptor*>& found, Ptr iovs,
               Size iovs_len, Ptr count, Transfer move) noexcept
{
    if (!found) return found.error;
    if (!memory.holds(count, sizeof(Size))) return Errno::fault;
    const Scratch::Frame frame{context.scratch};
    const OrErrno<std::span<iovec>> buffers = gather_buffers(context, memory, iovs, iovs_len);
    if (!buffers) return buffers.error;
    const OrErrno<uint32_t> moved = move(*found.value, buffers.value);
    if (!moved) return moved.error;
    return memory.store(count, moved.value) ? Errno::success : Errno::fault;
}

bool is_socket(const Descriptor& descriptor) noexcept
{
    return descriptor.kind == DescriptorKind::socket || descriptor.kind == DescriptorKind::listener;
}

/// The socket at `fd`; notsock before notcapable, since no right makes a file one.
OrErrno<Descriptor*> find_socket(Context& context, Fd fd, Operation operation) noexcept
{
    const Descriptor* const descriptor = context.descriptors.find(fd);
    if (descriptor != nullptr && !is_socket(*descriptor)) return Errno::notsock;
    return context.descriptors.find(fd, operation);
}

}  // namespace

Errno fd_read(Context& context, GuestMemory memory, Fd fd, Ptr iovs, Size iovs_len,
              Ptr nread) noexcept
{
    return transfer(context, memory, context.descriptors.find(fd, Operation::fd_read), iovs,
                    iovs_len, nread, [&](Descriptor& from, std::span<iovec> buffers) noexcept {
                        return io::read(from, buffers, context.pace);
                    });
}

Errno fd_write(Context& context, GuestMemory memory, Fd fd, Ptr iovs, Size iovs_len,
               Ptr nwritten) noexcept
{
    return transfer(context, memory, context.descriptors.find(fd, Operation::fd_write), iovs,
                    iovs_len, nwritten, [&](Descriptor& to, std::span<iovec> buffers) noexcept {
                        return io::write(to, buffers, context.pace);
                    });
}

Errno fd_pread(Context& context, GuestMemory memory, Fd fd, Ptr iovs, Size iovs_len,
               FileSize offset, Ptr nread) noexcept
{
    return transfer(context, memory, context.descriptors.find(fd, Operation::fd_pread), iovs,
                    iovs_len, nread, [&](Descriptor& from, std::span<iovec> buffers) noexcept {
                        return io::read_at(from, buffers, offset, context.pace);
                    });
}

Errno fd_pwrite(Context& context, GuestMemory memory, Fd fd, Ptr iovs, Size iovs_len,
                FileSize offset, Ptr nwritten) noexcept
{
    return transfer(context, memory, context.descriptors.find(fd, Operation::fd_pwrite), iovs,
                    iovs_len, nwritten, [&](Descriptor& to, std::span<iovec> buffers) noexcept {
                        return io::write_at(to, buffers, offset, context.pace);
                    });
}

Errno sock_accept(Context& context, GuestMemory memory, Fd fd, FdFlags flags,
                  Ptr accepted_fd) noexcept
{
    const OrErrno<Descriptor*> found = find_socket(context, fd, Operation::sock_accept);
    if (!found) return found.error;
    const OrErrno<uint16_t> wanted = known_flags(flags, fdflag::nonblock);
    if (!wanted) return wanted.error;
    if (!memory.holds(accepted_fd, sizeof(Fd))) return Errno::fault;
    if (context.descriptors.full())
        return Errno::mfile;  // before a connection is taken from the queue

    Descriptor& listener = *found.value;
    const OrErrno<int> host = io::accept(listener, context.pace.interrupt);
    if (!host) return host.error;
    Descriptor accepted;
    accepted.host = host.value;
    accepted.kind = DescriptorKind::socket;
    accepted.type = listener.type;
    accepted.flags = wanted.value;
    accepted.base = listener.inheriting & right::of_socket;
    const OrErrno<Fd> inserted = context.descriptors.insert(accepted);
    if (!inserted) return inserted.error;
    return memory.store(accepted_fd, static_cast<uint32_t>(inserted.value)) ? Errno::success
                                                                            : Errno::fault;
}

Errno sock_recv(Context& context, GuestMemory memory, Fd fd, Ptr ri_data, Size ri_data_len,
                RiFlags ri_flags, Ptr ro_datalen, Ptr ro_flags) noexcept
{
    const OrErrno<Descriptor*> found = find_socket(context, fd, Operation::sock_recv);
    if (!found) return found.error;
    const OrErrno<uint16_t> flags = known_flags(ri_flags, riflag::all);
    if (!flags) return flags.error;
    if (!memory.holds(ro_flags, sizeof(uint16_t))) return Errno::fault;
    if (found.value->kind == DescriptorKind::listener) return Errno::notconn;
    uint16_t result_flags = 0;
    WRT_ERRNO_CHECK(
        transfer(context, memory, found, ri_data, ri_data_len, ro_datalen,
                 [&](Descriptor& from, std::span<iovec> buffers) noexcept -> OrErrno<uint32_t> {
                     const OrErrno<io::Received> received =
                         io::receive(from, buffers, (flags.value & riflag::recv_peek) != 0,
                                     (flags.value & riflag::recv_waitall) != 0, context.pace);
                     if (!received) return received.error;
                     if (received.value.truncated) result_flags = roflag::recv_data_truncated;
                     return received.value.size;
                 }));
    return memory.store(ro_flags, result_flags) ? Errno::success : Errno::fault;
}

Errno sock_send(Context& context, GuestMemory memory, Fd fd, Ptr si_data, Size si_data_len,
                SiFlags si_flags, Ptr so_datalen) noexcept
{
    const OrErrno<Descriptor*> found = find_socket(context, fd, Operation::sock_send);
    if (found && !known_flags(si_flags, 0)) return Errno::inval;  // none is defined
    return transfer(context, memory, found, si_data, si_data_len, so_datalen,
                    [&](Descriptor& to, std::span<iovec> buffers) noexcept {
                        return io::write(to, buffers, context.pace);
                    });
}

Errno sock_shutdown(Context& context, GuestMemory, Fd fd, SdFlags how) noexcept
{
    const OrErrno<Descriptor*> found = find_socket(context, fd, Operation::sock_shutdown);
    if (!found) return found.error;
    const OrErrno<uint16_t> channels = known_flags(how, sdflag::all);
    if (!channels || channels.value == 0) return Errno::inval;
    const int host_how = channels.value == sdflag::all  ? SHUT_RDWR
                         : channels.value == sdflag::rd ? SHUT_RD
                                                        : SHUT_WR;
    return ::shutdown(found.value->host, host_how) == 0 ? Errno::success : errno_from_host(errno);
}

}  // namespace wrt::wasi::preview1
