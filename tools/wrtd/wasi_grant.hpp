// What the options grant a guest through WASI, whichever version it speaks.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <wrt/wasi.hpp>

#include "http/client.hpp"
#include "options.hpp"
#include "saved_guest.hpp"

namespace wrtd {

class WasiGrant {
public:
    /// `path`: the guest's file, which is its first argument. `saved`: a guest that goes on from a
    /// snapshot has its arguments and variables from there.
    WasiGrant(const Options& options, const std::string& path, const SavedGuest* saved = nullptr);
    ~WasiGrant();
    WasiGrant(const WasiGrant&) = delete;
    WasiGrant& operator=(const WasiGrant&) = delete;

    /// Opens the files that standard streams lead to. 0, or the exit code after having said why.
    [[nodiscard]] int open();
    /// Valid as long as this is; after open().
    [[nodiscard]] const wrt::WasiConfig& config() const { return config_; }

    /// What makes the guest's requests; null where it may make none. Holds as long as the options.
    [[nodiscard]] std::unique_ptr<http::Client> http_client() const;

    /// Says which part of it could not be granted; false where none of them was it.
    [[nodiscard]] bool complain(const wrt::wasi::ConfigFault& fault,
                                const wrt::Error& reason) const;

private:
    const WasiOptions& wanted_;
    std::vector<std::string_view> args_;
    std::vector<std::string_view> env_;
    std::vector<wrt::wasi::Preopen> preopens_;
    std::vector<wrt::wasi::NetworkRule> connect_;
    std::vector<wrt::wasi::NetworkRule> listen_;
    std::array<int, 3> opened_{-1, -1, -1};
    wrt::WasiConfig config_;
};

}  // namespace wrtd
