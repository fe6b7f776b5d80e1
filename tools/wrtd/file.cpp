#include "file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exit_code.hpp"
#include "messages.hpp"

namespace wrtd {
namespace {

int read_all(int fd, std::vector<uint8_t>& bytes)
{
    std::array<uint8_t, 65536> block;
    while (true) {
        const ssize_t got = ::read(fd, block.data(), block.size());
        if (got == 0) return 0;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        bytes.insert(bytes.end(), block.begin(), block.begin() + got);
    }
}

}  // namespace

std::variant<File, int> File::open(const std::string& path)
{
    const bool standard_input = path == "-";
    const int fd = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno;

    File file;
    int failure = 0;
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        failure = errno;
    } else if (S_ISREG(status.st_mode) && status.st_size > 0 && !standard_input) {
        const auto size = static_cast<size_t>(status.st_size);
        void* const mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (mapping == MAP_FAILED) {
            failure = errno;
        } else {
            file.mapping_ = mapping;
            file.mapped_ = size;
        }
    } else {
        failure = read_all(fd, file.read_);
    }
    if (!standard_input) ::close(fd);
    if (failure != 0) return failure;
    return file;
}

File::File(File&& other) noexcept
    : mapping_{std::exchange(other.mapping_, nullptr)},
      mapped_{other.mapped_},
      read_{std::move(other.read_)}
{
}

File::~File()
{
    if (mapping_ != nullptr) ::munmap(mapping_, mapped_);
}

void File::replace(std::vector<uint8_t> bytes) noexcept
{
    if (mapping_ != nullptr) ::munmap(std::exchange(mapping_, nullptr), mapped_);
    read_ = std::move(bytes);
}

std::span<const uint8_t> File::bytes() const noexcept
{
    if (mapping_ != nullptr) return {static_cast<const uint8_t*>(mapping_), mapped_};
    return read_;
}

std::variant<File, int> open_or_complain(const std::string& path)
{
    std::variant<File, int> opened = File::open(path);
    if (const int* failure = std::get_if<int>(&opened)) {
        error("cannot read {}: {}", escaped(path), std::strerror(*failure));
        return *failure == ENOENT || *failure == ENOTDIR ? exit_not_found : exit_failed;
    }
    return opened;
}

}  // namespace wrtd
