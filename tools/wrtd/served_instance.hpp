// What answers requests on one worker: an instance of each component in a store of its own, which
// goes back to how it was before its first request, or is made anew where it cannot.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include <wrt/wasi.hpp>
#include <wrt/world_image.hpp>

#include "file.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "options.hpp"

namespace wrtd {

/// A component of which each request has an instance.
struct ServedComponent {
    std::string path;
    std::string package;  ///< `--preload`'s; empty: it is the one that serves.
    File file;            ///< The component views its bytes.
    wrt::Component component;
};
/// In the order in which they are instantiated; last the one that serves.
using ServedComponents = std::deque<ServedComponent>;

/// What stands between a request and its guest.
struct NotLinked {
    const ServedComponent* of = nullptr;  ///< Null: WASI.
    bool lacks_package = false;           ///< It exports nothing of the package it was given for.
    wrt::LinkFault link;
    wrt::wasi::ConfigFault config;
};

class ServedInstance {
public:
    /// In `engine`, whose arena it has for itself.
    ServedInstance(const Options& options, wrt::Engine& engine);
    ServedInstance(const ServedInstance&) = delete;
    ServedInstance& operator=(const ServedInstance&) = delete;

    /// Whether there is a store to make it in.
    [[nodiscard]] wrt::Status status() const;
    /// Null: not even that.
    [[nodiscard]] wrt::Store* store() { return store_ ? &*store_ : nullptr; }

    /// Makes the instances, as far as none of their code runs. `wasi`: null for none.
    [[nodiscard]] wrt::Status make(const ServedComponents& components, const wrt::WasiConfig* wasi,
                                   http::Client* client, NotLinked& fault);
    [[nodiscard]] bool is_made() const { return !instances_.empty(); }
    /// From here on renew() goes back to what it is now, where the system and the options allow it.
    void keep(wrt::PageFilePool& pool);

    /// Runs start functions, unless they have run.
    [[nodiscard]] wrt::Status start();
    /// The one that serves.
    [[nodiscard]] const wrt::ComponentInstance& instance() const { return instances_.back(); }
    [[nodiscard]] wrt::Status serve(http::Exchange& exchange);

    /// Whether it may have another request as it is: `most` is how many it may have.
    [[nodiscard]] bool serves_again(uint64_t most) const;
    /// As it was before start(). False: it cannot, and is good for nothing more.
    [[nodiscard]] bool renew();
    /// Gives back what memory it can, if it is as it was before start().
    void trim();

private:
    wrt::Engine& engine_;
    wrt::Result<wrt::ScopeGuard> scope_;
    std::optional<wrt::Store> store_;
    std::optional<wrt::ComponentLinker> linker_;
    std::deque<wrt::ComponentInstance> instances_;
    std::optional<wrt::WorldImage> image_;
    std::optional<wrt::ScopeGuard> use_;  ///< Open from start() on.
    bool has_started_ = false;
    uint64_t served_ = 0;  ///< Since then.
};

}  // namespace wrtd
