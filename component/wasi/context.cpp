#include <wrt/component/wasi/context.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include <wrt/foundation/utf8.hpp>

#include "wasi/describe_host.hpp"
#include "wasi/sandbox.hpp"

namespace wrt::wasi {

namespace {

/// Descriptors of the process that a guest cannot take: the host needs some of its own.
constexpr rlim_t host_reserve = 64;

using Part = ConfigFault::Part;

/// Tells `fault` what happened and makes the Error of it.
Error refuse(ConfigFault* fault, Part part, size_t index, int host_errno) noexcept
{
    const ConfigFault found{.part = part, .index = saturate_u32(index), .host_errno = host_errno};
    if (fault != nullptr) *fault = found;
    return {.code = host_errno == 0 ? Errc::invalid_argument : Errc::io_failure,
            .detail = Detail::index,
            .account = Account::wasi,
            .actual = found.index};
}

Result<StringBlock> copy_strings(Arena& arena, std::span<const std::string_view> strings, Part part,
                                 ConfigFault* fault) noexcept
{
    uint64_t size = 0;
    for (size_t i = 0; i < strings.size(); ++i) {
        size += uint64_t{strings[i].size()} + 1;
        // What args_sizes_get reports is 32 bits wide.
        const bool fits = size <= std::numeric_limits<uint32_t>::max() &&
                          i < std::numeric_limits<uint32_t>::max();
        if (!fits || strings[i].find('\0') != std::string_view::npos)
            return refuse(fault, part, i, 0);
    }
    StringBlock block;
    WRT_TRY(block.bytes,
            arena.make_array<char>(End::retained, Account::wasi, static_cast<size_t>(size)));
    WRT_TRY(block.offsets,
            arena.make_array<uint32_t>(End::retained, Account::wasi, strings.size()));
    size_t at = 0;
    for (size_t i = 0; i < strings.size(); ++i) {
        block.offsets[i] = static_cast<uint32_t>(at);
        std::copy(strings[i].begin(), strings[i].end(),
                  block.bytes.begin() + static_cast<std::ptrdiff_t>(at));
        at += strings[i].size() + 1;  // the NUL is there: make_array clears
    }
    return block;
}

/// The configured limit, less where the process itself may not have so many.
uint32_t descriptor_limit(uint32_t configured) noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return configured;
    const rlim_t available =
        limit.rlim_cur > 2 * host_reserve ? limit.rlim_cur - host_reserve : limit.rlim_cur / 2;
    return static_cast<uint32_t>(std::min<rlim_t>(configured, available));
}

bool limits_file_size() noexcept
{
    rlimit limit{};
    return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

/// Duplicates a descriptor of the embedder and describes it.
OrErrno<Descriptor> adopt(int host) noexcept
{
    HostFd copy{::fcntl(host, F_DUPFD_CLOEXEC, 0)};
    if (!copy) return errno_from_host(errno);
    OrErrno<Descriptor> descriptor = describe_host(copy.get());
    if (!descriptor) return descriptor.error;
    descriptor.value.host = copy.release();
    descriptor.value.shared = true;
    return descriptor;
}

OrErrno<Descriptor> open_stdio(const Stdio& stdio, int number, bool raw_terminal) noexcept
{
    Descriptor null;
    null.kind = DescriptorKind::null;
    null.base = without(right::of_stream, number == 0 ? right::fd_write : right::fd_read);
    if (stdio.source == Stdio::Source::null) return null;

    const bool inherits = stdio.source == Stdio::Source::inherit;
    OrErrno<Descriptor> descriptor = adopt(inherits ? number : stdio.fd);
    // A process may be started without one of its streams; its guest then gets one that does
    // nothing.
    if (inherits && descriptor.error == Errno::badf) return null;
    if (!descriptor) return descriptor;
    Descriptor& opened = descriptor.value;
    if (opened.kind == DescriptorKind::directory) {
        ::close(opened.host);
        return Errno::isdir;  // a standard stream is never a root for paths
    }
    // What belongs to the other direction is no business of this stream.
    const Rights other = number == 0 ? right::of_writing : right::of_reading;
    opened.base = without(opened.base, other);
    opened.escapes_output = !raw_terminal && opened.type == FileType::character_device;
    return descriptor;
}

OrErrno<Descriptor> open_preopen(const Preopen& preopen, std::string_view guest_name) noexcept
{
    if (preopen.host_path.size() >= sandbox::max_path_bytes) return Errno::nametoolong;
    std::array<char, sandbox::max_path_bytes> path{};
    std::copy(preopen.host_path.begin(), preopen.host_path.end(), path.begin());
    HostFd fd{::open(path.data(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!fd) return errno_from_host(errno);

    // Without openat2, or where a seccomp filter forbids it, there is no sandbox and so no
    // directory.
    const sandbox::Root root{.fd = fd.get(), .same_device = preopen.same_device};
    const OrErrno<HostFd> probe = sandbox::open_beneath(root, ".", O_PATH | O_DIRECTORY);
    if (!probe) return probe.error;

    Descriptor directory;
    directory.host = fd.release();
    directory.kind = DescriptorKind::directory;
    directory.type = FileType::directory;
    directory.path_only = true;
    directory.same_device = preopen.same_device;
    directory.read_only = preopen.read_only;
    directory.base = right::of_directory;
    directory.inheriting = right::of_directory | right::of_file;
    if (preopen.read_only) {
        directory.base = without(directory.base, right::of_change);
        directory.inheriting = without(directory.inheriting, right::of_change);
    }
    directory.preopen_name = guest_name;
    return directory;
}

bool is_name(std::string_view name) noexcept
{
    return name.find('\0') == std::string_view::npos &&
           is_valid_utf8({reinterpret_cast<const uint8_t*>(name.data()), name.size()});
}

}  // namespace

Result<Context> Context::create(Arena& arena, const Config& config, ConfigFault* fault) noexcept
{
    Context context;
    WRT_TRY(context.args, copy_strings(arena, config.args, Part::argument, fault));
    WRT_TRY(context.env, copy_strings(arena, config.env, Part::variable, fault));
    const AllocResult scratch =
        arena.try_allocate(End::retained, scratch_bytes, alignof(std::max_align_t), Account::wasi);
    if (!scratch) return scratch.error;
    context.scratch = Scratch{{static_cast<std::byte*>(scratch.pointer), scratch_bytes}};
    context.clocks = Clocks{config.clock, config.fixed_time_ns};
    context.random = Random{config.random, config.random_seed};
    context.pace.interrupt = config.interrupt;
    WRT_TRY(context.network, Network::create(arena, config.network));
    context.allow_devices = config.allow_devices;
    context.size_limited = limits_file_size();
    WRT_TRY(DescriptorTable table,
            DescriptorTable::create(arena, descriptor_limit(config.max_descriptors)));
    context.descriptors.swap(table);

    const auto add = [&](Part part, size_t index,
                         OrErrno<Descriptor> descriptor) noexcept -> Status {
        if (!descriptor) return refuse(fault, part, index, host_from_errno(descriptor.error));
        descriptor.value.size_limited = context.size_limited;
        if (!context.descriptors.insert(descriptor.value)) return refuse(fault, part, index, 0);
        return ok();
    };
    const Stdio* const streams[] = {&config.standard_input, &config.standard_output,
                                    &config.standard_error};
    for (int number = 0; number < 3; ++number) {
        WRT_CHECK(add(Part::standard_stream, static_cast<size_t>(number),
                      open_stdio(*streams[number], number, config.raw_terminal)));
    }
    for (size_t i = 0; i < config.preopens.size(); ++i) {
        const Preopen& preopen = config.preopens[i];
        if (!is_name(preopen.guest_path) ||
            preopen.host_path.find('\0') != std::string_view::npos) {
            return refuse(fault, Part::preopen, i, 0);
        }
        WRT_TRY(const std::span<char> name, arena.make_array<char>(End::retained, Account::wasi,
                                                                   preopen.guest_path.size() + 1));
        std::copy(preopen.guest_path.begin(), preopen.guest_path.end(), name.begin());
        WRT_CHECK(
            add(Part::preopen, i, open_preopen(preopen, {name.data(), preopen.guest_path.size()})));
    }
    for (size_t i = 0; i < config.sockets.size(); ++i) {
        OrErrno<Descriptor> socket = adopt(config.sockets[i]);
        if (socket && socket.value.kind != DescriptorKind::socket &&
            socket.value.kind != DescriptorKind::listener) {
            ::close(socket.value.host);
            socket = Errno::notsock;
        }
        WRT_CHECK(add(Part::socket, i, socket));
    }
    return context;
}

Result<Context*> Context::make(Arena& arena, const Config& config, ConfigFault* fault) noexcept
{
    WRT_TRY(Context made, create(arena, config, fault));
    const AllocResult place =
        arena.try_allocate(End::retained, sizeof(Context), alignof(Context), Account::wasi);
    if (!place) return place.error;
    Context* const context =
        std::construct_at(static_cast<Context*>(place.pointer), std::move(made));
    const Status registered = arena.on_release(
        [](void* object) { std::destroy_at(static_cast<Context*>(object)); }, context);
    if (!registered) {
        std::destroy_at(context);
        return registered.error();
    }
    return context;
}

}  // namespace wrt::wasi
