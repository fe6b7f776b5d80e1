// A guest and its snapshot: written where it is stopped, and gone on with.
#include "guest.hpp"

#include <wrt/component/wasi/context_snapshot.hpp>
#include <wrt/snapshot.hpp>

#include "exit_code.hpp"
#include "explain.hpp"
#include "messages.hpp"
#include "output_file.hpp"
#include "quantities.hpp"

namespace wrtd {
namespace {

/// More than any guest spends.
constexpr uint64_t all_fuel = uint64_t{1} << 62;

wrt::Status append(void* to, std::span<const uint8_t> bytes)
{
    auto& all = *static_cast<std::vector<uint8_t>*>(to);
    all.insert(all.end(), bytes.begin(), bytes.end());
    return wrt::ok();
}

}  // namespace

void Guest::set_fuel()
{
    const std::optional<uint64_t>& pause = options_.snapshot_at_fuel;
    uint64_t all = limits_.fuel.value_or(all_fuel);
    // What the first run had left, unless more is given now.
    if (snapshot_ && !limits_.fuel) all = store_->fuel();
    const uint64_t first = pause ? std::min(*pause, all) : all;
    store_->set_fuel(first);
    wrt::set_reserve(*store_, all - first);
}

int Guest::open_snapshot()
{
    const wrt::Result<wrt::Snapshot> opened = wrt::Snapshot::open(file_->bytes());
    if (!opened) {
        error("{}: {}", escaped(path_), error_text(opened.error()));
        return exit_not_runnable;
    }
    snapshot_.emplace(*opened);
    saved_ = decode(snapshot_->host());
    if (!saved_ || snapshot_->module_count() != 1) {
        error("{}: no snapshot of wrtd", escaped(path_));
        return exit_not_runnable;
    }
    // Directories are granted anew, by whoever resumes.
    for (size_t i = 0; i < saved_->directories.size(); ++i) {
        const std::string& wanted = saved_->directories[i];
        if (i < options_.wasi.preopens.size() && options_.wasi.preopens[i].guest == wanted)
            continue;
        error("{}: the guest had a directory {}", escaped(path_), escaped(wanted));
        std::string all;
        for (const std::string& name : saved_->directories)
            all += " --dir HOST::" + escaped(name);
        hint("grant it what it had, in the same order:{}", all);
        return exit_failed;
    }
    return 0;
}

wrt::Status Guest::restore()
{
    WRT_CHECK(snapshot_->restore(*store_));
    if (linker_->wasi_context() == nullptr) return wrt::ok();
    return wrt::wasi::read_context(*linker_->wasi_context(), saved_->wasi);
}

wrt::Status Guest::resume()
{
    std::vector<wrt::Value> results(wrt::stopped_type(*store_).results.size());
    return wrt::resume(*store_, results);
}

int Guest::write_snapshot()
{
    SavedGuest saved;
    saved.path = saved_ ? saved_->path : path_;
    saved.args = arguments_;
    saved.env = environment_;
    for (const Preopen& preopen : options_.wasi.preopens)
        saved.directories.push_back(preopen.guest);
    const auto refuse = [&](const wrt::Error& reason) {
        error("{}: {}", escaped(path_), error_text(reason));
        return exit_failed;
    };
    if (linker_->wasi_context() != nullptr) {
        wrt::ByteWriter to{{append, &saved.wasi}};
        const wrt::Status written = wrt::wasi::write_context(*linker_->wasi_context(), to);
        if (!written) return refuse(written.error());
        (void)to.finish();
    }
    OutputFile file{options_.output};
    if (!file.is_open()) return file.complain();
    const wrt::Status written = wrt::write_snapshot(*store_, file.sink(), encode(saved));
    if (!written) return refuse(written.error());
    if (!file.keep()) return file.complain();
    note("stopped after {} fuel; {} written to {}", count_text(*options_.snapshot_at_fuel),
         size_text(file.size()), escaped(file.path()));
    return exit_success;
}

}  // namespace wrtd
