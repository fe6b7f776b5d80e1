// A guest as the options describe it: file, limits, WASI; and what became of it, as an exit code
// with the words that explain it. Shared by run and call.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <wrt/limits_section.hpp>
#include <wrt/snapshot.hpp>
#include <wrt/wrt.hpp>

#include "file.hpp"
#include "options.hpp"
#include "saved_guest.hpp"
#include "stopping.hpp"

namespace wrtd {

/// What the options say about the engine and the store.
[[nodiscard]] wrt::EngineConfig engine_config(const Options& options, const Limits& limits);
[[nodiscard]] wrt::StoreConfig store_config(const Limits& limits);

class Guest {
public:
    explicit Guest(const Options& options);
    ~Guest();
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    /// Reads, loads, links, instantiates (start function included). 0, or the exit code after
    /// having said why. A guest that exits in its start function is `finished()`.
    [[nodiscard]] int prepare();

    /// Whether the guest ended in its start function; prepare() gave how.
    [[nodiscard]] bool finished() const { return finished_; }

    [[nodiscard]] wrt::Instance instance() const { return *instance_; }
    [[nodiscard]] const std::string& path() const { return path_; }

    /// Goes on with the call that the snapshot stopped in.
    [[nodiscard]] wrt::Status resume();

    /// The exit code of a call's end, after having said why it failed.
    [[nodiscard]] int conclude(const wrt::Status& ended);

    /// Says that an export is missing, with the nearest name, and gives 127.
    [[nodiscard]] int no_such_function(std::string_view name) const;

private:
    // Each 0, or the exit code after having said why.
    [[nodiscard]] int open();
    [[nodiscard]] int load();
    [[nodiscard]] int link_wasi();
    [[nodiscard]] int open_snapshot();
    [[nodiscard]] int write_snapshot();

    [[nodiscard]] wrt::Status restore();
    void set_fuel();
    /// The module's bytes.
    [[nodiscard]] std::span<const uint8_t> binary() const
    {
        return snapshot_ ? snapshot_->module(0) : file_->bytes();
    }

    [[nodiscard]] int complain_about_loading(const wrt::Error& reason) const;
    [[nodiscard]] int complain_about_missing(const wrt::ImportType& import) const;
    void hint_at_need(const wrt::Error& reason) const;

    const Options& options_;
    std::string path_;
    std::optional<File> file_;
    wrt::ModuleLimits module_limits_;
    Limits limits_;  ///< Those of the options and of the module, whichever are lower.
    std::optional<wrt::Engine> engine_;
    std::optional<wrt::Snapshot> snapshot_;  ///< That it goes on from.
    std::optional<SavedGuest> saved_;
    std::vector<std::string> arguments_;
    std::vector<std::string> environment_;
    std::optional<wrt::Module> module_;
    std::optional<wrt::Store> store_;
    std::optional<Stopping> stopping_;
    std::optional<wrt::Linker> linker_;
    std::optional<wrt::Instance> instance_;
    bool finished_ = false;
};

}  // namespace wrtd
