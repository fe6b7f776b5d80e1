// The bytes of a file, for as long as the object lives.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace wrtd {

/// A file's bytes: mapped where that is possible, read where it is not ("-": stdin, a pipe).
class File {
public:
    /// The file, or the value of errno.
    static std::variant<File, int> open(const std::string& path);

    File(File&& other) noexcept;
    File& operator=(File&&) = delete;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File();

    [[nodiscard]] std::span<const uint8_t> bytes() const noexcept;
    /// From here on the bytes are these.
    void replace(std::vector<uint8_t> bytes) noexcept;

private:
    File() = default;

    void* mapping_ = nullptr;
    size_t mapped_ = 0;
    std::vector<uint8_t> read_;
};

/// Opens, or says `error: cannot read ...` and gives the exit code: 127 when there is no such file,
/// else 125.
[[nodiscard]] std::variant<File, int> open_or_complain(const std::string& path);

}  // namespace wrtd
