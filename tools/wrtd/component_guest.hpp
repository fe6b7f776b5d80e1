// A component as the options describe it: file, limits, WASI 0.2, other components; and what became
// of it. Shared by run and call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <wrt/component.hpp>

#include "file.hpp"
#include "http/client.hpp"
#include "options.hpp"
#include "stopping.hpp"

namespace wrtd {

class ComponentGuest {
public:
    explicit ComponentGuest(const Options& options);
    ~ComponentGuest();
    ComponentGuest(const ComponentGuest&) = delete;
    ComponentGuest& operator=(const ComponentGuest&) = delete;

    /// Reads, loads, links, instantiates. 0, or the exit code after having said why.
    [[nodiscard]] int prepare();

    [[nodiscard]] wrt::ComponentInstance instance() const { return *instance_; }
    [[nodiscard]] const std::string& path() const { return path_; }

    /// The exit code of a call's end, after having said why it failed.
    [[nodiscard]] int conclude(const wrt::Status& ended);

private:
    // Each 0, or the exit code after having said why.
    [[nodiscard]] int load(const std::string& path);
    [[nodiscard]] int instantiate(const std::string& path, wrt::Component component);
    [[nodiscard]] int add_preload(const Preload& preload);
    [[nodiscard]] int link_wasi();

    /// conclude(), and what would have been enough of an arena that was not.
    [[nodiscard]] int conclude_start(const wrt::Status& ended);
    void hint_at_need(const wrt::Error& reason);

    const Options& options_;
    std::string path_;
    std::vector<std::unique_ptr<File>> files_;   ///< Components view their bytes.
    std::unique_ptr<http::Client> http_client_;  ///< Of guests in the store.
    wrt::Engine engine_;
    std::optional<wrt::Store> store_;
    std::optional<Stopping> stopping_;
    std::optional<wrt::ComponentLinker> linker_;
    std::optional<wrt::Component> component_;  ///< Loaded last.
    std::optional<wrt::ComponentInstance> instance_;
};

/// Whether the instance exports functions of an interface of the package "ns:pkg".
[[nodiscard]] bool exports_package(const wrt::ComponentInstance& instance,
                                   std::string_view package);
/// Says which import of a component could not be satisfied, and gives the exit code.
[[nodiscard]] int complain_about_linking(const Options& options, const std::string& path,
                                         const wrt::Error& reason, const wrt::LinkFault& fault);
/// What the limits leave for the world of components.
[[nodiscard]] wrt::component::WorldOptions world_options(const Limits& limits);

/// Whether the file is a component binary; nothing where it cannot be read.
[[nodiscard]] std::optional<bool> is_component_file(const std::string& path);

/// `wrtd run`: calls what it exports as wasi:cli/run.
[[nodiscard]] int run_component(const Options& options);

/// `wrtd call`: calls a function of it, with values and result as WAVE writes them
/// (component_call.cpp).
[[nodiscard]] int call_component(const Options& options);

}  // namespace wrtd
