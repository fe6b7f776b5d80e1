#include "output_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "exit_code.hpp"
#include "messages.hpp"

namespace wrtd {

OutputFile::OutputFile(std::string path)
    : path_{std::move(path)}, file_{std::fopen(path_.c_str(), "wb")}, reason_{errno}
{
}

OutputFile::~OutputFile()
{
    if (file_ == nullptr) return;
    std::fclose(file_);
    std::remove(path_.c_str());
}

wrt::ByteSink OutputFile::sink()
{
    const auto write = [](void* self, std::span<const uint8_t> bytes) -> wrt::Status {
        auto& to = *static_cast<OutputFile*>(self);
        if (std::fwrite(bytes.data(), 1, bytes.size(), to.file_) != bytes.size())
            return wrt::Error{.code = wrt::Errc::io_failure};
        to.size_ += bytes.size();
        return wrt::ok();
    };
    return {write, this};
}

bool OutputFile::keep()
{
    const bool whole = std::fclose(std::exchange(file_, nullptr)) == 0;
    reason_ = errno;
    if (!whole) std::remove(path_.c_str());
    return whole;
}

int OutputFile::complain() const
{
    error("cannot write {}: {}", escaped(path_), std::strerror(reason_));
    return exit_failed;
}

}  // namespace wrtd
