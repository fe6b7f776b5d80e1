#include <wrt/component/wasi/context_snapshot.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include <wrt/foundation/fixed_reader.hpp>

#include "wasi/describe_host.hpp"
#include "wasi/sandbox.hpp"

namespace wrt::wasi {
namespace {

enum class What : uint8_t { stream, preopen, below };

constexpr uint32_t first_preopen = 3;
using Text = std::array<char, sandbox::max_path_bytes>;

Error refuse(Errc code, uint32_t number) noexcept
{
    return Error{.code = code, .detail = Detail::index, .account = Account::wasi, .actual = number};
}
Error malformed() noexcept
{
    return Error{.code = Errc::malformed_snapshot, .account = Account::wasi};
}

bool is_preopen(const Descriptor& descriptor) noexcept
{
    return descriptor.preopen_name.data() != nullptr;
}

/// The host's path of what is open, or empty.
std::string_view path_of(int fd, Text& text) noexcept
{
    std::array<char, 32> link{};
    std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
    const ssize_t size = ::readlink(link.data(), text.data(), text.size());
    if (size <= 0 || static_cast<size_t>(size) >= text.size()) return {};
    return {text.data(), static_cast<size_t>(size)};
}

/// `path` from `directory` on, if it lies below; `.` for itself.
std::string_view below(std::string_view directory, std::string_view path) noexcept
{
    if (directory.empty() || !path.starts_with(directory)) return {};
    path.remove_prefix(directory.size());
    if (path.empty()) return ".";
    if (directory.back() == '/') return path;
    return path.front() == '/' ? path.substr(1) : std::string_view{};
}

sandbox::Root root_of(const Descriptor& directory) noexcept
{
    return {.fd = directory.host, .same_device = directory.same_device};
}

bool is_same_file(int a, int b) noexcept
{
    struct stat one{};
    struct stat two{};
    return ::fstat(a, &one) == 0 && ::fstat(b, &two) == 0 && one.st_dev == two.st_dev &&
           one.st_ino == two.st_ino;
}

/// Opens `path`, which is NUL-terminated, as a file or directory that is there already.
OrErrno<HostFd> reopen(const Descriptor& preopen, const char* path, bool directory, int access,
                       uint16_t fdflags) noexcept
{
    if (directory) return sandbox::open_beneath(root_of(preopen), path, O_PATH | O_DIRECTORY);
    sandbox::OpenRequest request;
    request.read = access == O_RDONLY || access == O_RDWR;
    request.write = access == O_WRONLY || access == O_RDWR;
    request.flags = fdflags;
    Text buffer{};
    const OrErrno<sandbox::Path> checked = sandbox::check_path(path, buffer);
    if (!checked) return checked.error;
    OrErrno<sandbox::Opened> opened = sandbox::open(root_of(preopen), checked.value, request);
    if (!opened) return opened.error;
    return std::move(opened.value.fd);
}

void put_text(ByteWriter& to, std::string_view text) noexcept
{
    to.put(static_cast<uint32_t>(text.size()));
    to.put_bytes({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

/// Of a file or directory: the preopen it lies below, and its path from there. False where it could
/// not be opened again so.
bool write_below(Context& context, const Descriptor& descriptor, ByteWriter& to) noexcept
{
    Text own;
    Text other;
    const std::string_view path = path_of(descriptor.host, own);
    const bool directory = descriptor.kind == DescriptorKind::directory;
    const int access = ::fcntl(descriptor.host, F_GETFL) & O_ACCMODE;
    const off_t position = directory ? 0 : ::lseek(descriptor.host, 0, SEEK_CUR);
    if (position < 0) return false;
    for (uint32_t number = first_preopen; number < context.descriptors.capacity(); ++number) {
        const Descriptor* const preopen = context.descriptors.find(Fd{number});
        if (preopen == nullptr || !is_preopen(*preopen)) continue;
        const std::string_view found = below(path_of(preopen->host, other), path);
        if (found.empty()) continue;
        own[path.size()] = '\0';  // path_of() leaves room
        const OrErrno<HostFd> again =
            reopen(*preopen, found.data(), directory, access, descriptor.flags);
        if (!again || !is_same_file(again.value.get(), descriptor.host)) continue;
        to.put(number);
        to.put(static_cast<uint8_t>(directory));
        to.put(static_cast<uint32_t>(access));
        to.put(static_cast<uint64_t>(position));
        put_text(to, found);
        return true;
    }
    return false;
}

class Restorer {
public:
    Restorer(Context& context, FixedReader from) noexcept : context_{context}, from_{from} {}

    Status run() noexcept
    {
        const auto ns = from_.get<uint64_t>();
        constexpr uint64_t least_bytes = 23;
        const uint32_t count = from_.count(least_bytes);
        uint32_t next = 0;
        for (uint32_t i = 0; i < count; ++i) {
            const auto number = from_.get<uint32_t>();
            if (!from_.good() || number < next || number >= context_.descriptors.capacity())
                return malformed();
            for (; next < number; ++next)
                WRT_CHECK(make_gap(next));
            WRT_CHECK(descriptor(number));
            next = number + 1;
        }
        if (!from_.done()) return malformed();
        for (uint32_t rest = next; rest < context_.descriptors.capacity(); ++rest)
            (void)context_.descriptors.close(Fd{rest});
        for (uint32_t gap = 0; gap < next; ++gap) {
            const Descriptor* const there = context_.descriptors.find(Fd{gap});
            if (there != nullptr && there->kind == DescriptorKind::null && is_gap(gap))
                (void)context_.descriptors.close(Fd{gap});
        }
        context_.clocks.continue_from(ns);
        return ok();
    }

private:
    /// Nothing is open here in the end; until then something has to be, so that what is inserted
    /// takes the number behind.
    Status make_gap(uint32_t number) noexcept
    {
        (void)context_.descriptors.close(Fd{number});
        Descriptor placeholder;
        placeholder.kind = DescriptorKind::null;
        placeholder.path_only = true;
        return context_.descriptors.insert(placeholder) ? ok() : Status{malformed()};
    }
    bool is_gap(uint32_t number) noexcept
    {
        return context_.descriptors.find(Fd{number})->path_only;
    }

    Status descriptor(uint32_t number) noexcept
    {
        const auto what = from_.get<uint8_t>();
        const auto flags = from_.get<uint16_t>();
        const Rights base{from_.get<uint64_t>()};
        const Rights inheriting{from_.get<uint64_t>()};
        Descriptor* there = context_.descriptors.find(Fd{number});
        switch (static_cast<What>(what)) {
        case What::stream:
            if (number >= first_preopen || there == nullptr) return malformed();
            break;
        case What::preopen: {
            const std::string_view name = text();
            if (!from_.good()) return malformed();
            if (there == nullptr || !is_preopen(*there) || there->preopen_name != name)
                return refuse(Errc::snapshot_descriptor_gone, number);
            break;
        }
        case What::below: {
            WRT_TRY(const Descriptor opened, open_below(number, flags));
            if (there != nullptr) (void)context_.descriptors.close(Fd{number});
            const OrErrno<Fd> at = context_.descriptors.insert(opened);
            if (!at || at.value != Fd{number}) return malformed();
            there = context_.descriptors.find(Fd{number});
            there->flags = flags;
            break;
        }
        default: return malformed();
        }
        // Never more than the new context grants.
        there->base = there->base & base;
        there->inheriting = there->inheriting & inheriting;
        return ok();
    }

    Result<Descriptor> open_below(uint32_t number, uint16_t flags) noexcept
    {
        const auto preopen_number = from_.get<uint32_t>();
        const bool directory = from_.get<uint8_t>() != 0;
        const auto access = static_cast<int>(from_.get<uint32_t>());
        const auto position = from_.get<uint64_t>();
        const std::string_view path = text();
        if (!from_.good() || path.size() >= sandbox::max_path_bytes || flags > fdflag::all ||
            (access != O_RDONLY && access != O_WRONLY && access != O_RDWR)) {
            return malformed();
        }
        const Descriptor* const preopen = context_.descriptors.find(Fd{preopen_number});
        if (preopen == nullptr || !is_preopen(*preopen)) return malformed();
        Text terminated{};
        path.copy(terminated.data(), path.size());
        const Rights granted = preopen->inheriting;
        const bool may = directory || ((access == O_RDONLY || includes(granted, right::fd_write)) &&
                                       includes(granted, right::fd_read));
        OrErrno<HostFd> opened{Errno::notcapable};
        if (may) opened = reopen(*preopen, terminated.data(), directory, access, flags);
        if (!opened) return refuse(Errc::snapshot_descriptor_gone, number);
        OrErrno<Descriptor> made = describe_host(opened.value.get());
        if (!made) return refuse(Errc::snapshot_descriptor_gone, number);
        Descriptor& descriptor = made.value;
        const bool same_kind = (descriptor.kind == DescriptorKind::directory) == directory;
        const bool placed = directory || (descriptor.kind == DescriptorKind::file &&
                                          ::lseek(opened.value.get(), static_cast<off_t>(position),
                                                  SEEK_SET) == static_cast<off_t>(position));
        if (!same_kind || !placed) return refuse(Errc::snapshot_descriptor_gone, number);
        descriptor.base = (directory ? right::of_directory : descriptor.base) & granted;
        descriptor.inheriting = directory ? granted : Rights::none;
        descriptor.path_only = directory;
        descriptor.read_only = preopen->read_only;
        descriptor.same_device = preopen->same_device;
        descriptor.size_limited = context_.size_limited;
        descriptor.host = opened.value.release();
        return descriptor;
    }

    std::string_view text() noexcept
    {
        const std::span<const uint8_t> bytes = from_.bytes(from_.get<uint32_t>());
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    Context& context_;
    FixedReader from_;
};

}  // namespace

Status write_context(Context& context, ByteWriter& to) noexcept
{
    to.put(context.clocks.now_ns(ClockId::monotonic).value);
    to.put(context.descriptors.open_count());
    uint32_t preopens = 0;
    for (uint32_t number = 0; number < context.descriptors.capacity(); ++number) {
        const Descriptor* const descriptor = context.descriptors.find(Fd{number});
        if (descriptor == nullptr) continue;
        const auto head = [&](What what) {
            to.put(number);
            to.put(what);
            to.put(descriptor->flags);
            to.put(descriptor->base);
            to.put(descriptor->inheriting);
        };
        const bool standard = descriptor->shared || descriptor->kind == DescriptorKind::null;
        if (standard && number < first_preopen) {
            head(What::stream);
        } else if (is_preopen(*descriptor)) {
            // They keep their numbers unless the guest gives them others.
            if (number < first_preopen + preopens++)
                return refuse(Errc::snapshot_descriptor, number);
            head(What::preopen);
            put_text(to, descriptor->preopen_name);
        } else if (!standard && (descriptor->kind == DescriptorKind::file ||
                                 descriptor->kind == DescriptorKind::directory)) {
            head(What::below);
            if (!write_below(context, *descriptor, to))
                return refuse(Errc::snapshot_descriptor, number);
        } else {
            return refuse(Errc::snapshot_descriptor, number);
        }
    }
    return ok();
}

Status read_context(Context& context, std::span<const uint8_t> snapshot) noexcept
{
    return Restorer{context, FixedReader{snapshot}}.run();
}

}  // namespace wrt::wasi
