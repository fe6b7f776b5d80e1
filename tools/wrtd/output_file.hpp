// A file that a command writes: there whole, or not at all.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include <wrt/foundation/byte_writer.hpp>

namespace wrtd {

class OutputFile {
public:
    /// Opened for writing, and emptied.
    explicit OutputFile(std::string path);
    /// Removes what keep() did not keep.
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    [[nodiscard]] bool is_open() const { return file_ != nullptr; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] uint64_t size() const { return size_; }
    /// Valid as long as this is.
    [[nodiscard]] wrt::ByteSink sink();
    /// Closes the file; false where the system could not write all of it.
    [[nodiscard]] bool keep();
    /// Says that it cannot be written, and why; the exit code.
    [[nodiscard]] int complain() const;

private:
    std::string path_;
    std::FILE* file_;
    uint64_t size_ = 0;
    int reason_ = 0;
};

}  // namespace wrtd
