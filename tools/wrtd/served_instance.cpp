#include "served_instance.hpp"

#include <spdlog/spdlog.h>

#include "component_guest.hpp"
#include "explain.hpp"
#include "guest.hpp"

namespace wrtd {
namespace {

// One request's worth: what is made anew each time must not be large.
constexpr wrt::component::WorldOptions request_world{
    .handles = 2048, .lends = 256, .tasks = 16, .streams = 16, .host_bytes = 1024 * 1024};
constexpr wrt::wasi::P2Options p2_options{.max_resources = 1024};

}  // namespace

ServedInstance::ServedInstance(const Options& options, wrt::Engine& engine)
    : engine_{engine}, scope_{engine.enter("instance")}
{
    if (!scope_) return;
    store_.emplace(engine, store_config(options.limits));
    if (store_->status()) linker_.emplace(*store_, request_world);
}

wrt::Status ServedInstance::status() const
{
    if (!scope_) return scope_.error();
    return store_->status();
}

wrt::Status ServedInstance::make(const ServedComponents& components, const wrt::WasiConfig* wasi,
                                 http::Client* client, NotLinked& fault)
{
    if (wasi != nullptr) {
        wrt::wasi::P2Options how = p2_options;
        how.http_client = client;
        linker_->wasi(*wasi, &fault.config, how);
        WRT_CHECK(linker_->status());
    }
    for (const ServedComponent& each : components) {
        fault.of = &each;
        WRT_TRY(const wrt::ComponentInstance made, linker_->prepare(each.component, &fault.link));
        instances_.push_back(made);
        if (each.package.empty()) continue;
        fault.lacks_package = !exports_package(made, each.package);
        if (fault.lacks_package) return wrt::Error{.code = wrt::Errc::unknown_import};
        linker_->exports(made);
    }
    return linker_->status();
}

void ServedInstance::keep(wrt::PageFilePool& pool)
{
    wrt::Result<wrt::WorldImage> image = wrt::WorldImage::take(*linker_, pool);
    if (image) {
        image_.emplace(std::move(*image));
    } else {
        spdlog::debug("each request has an instance made anew: {}", error_text(image.error()));
    }
}

wrt::Status ServedInstance::start()
{
    if (has_started_) return wrt::ok();
    has_started_ = true;
    WRT_TRY(wrt::ScopeGuard use, engine_.enter("request"));
    use_.emplace(std::move(use));
    for (const wrt::ComponentInstance& each : instances_)
        WRT_CHECK(linker_->start(each));
    return wrt::ok();
}

wrt::Status ServedInstance::serve(http::Exchange& exchange)
{
    ++served_;
    return linker_->serve(instance(), exchange.head(), exchange);
}

bool ServedInstance::serves_again(uint64_t most) const
{
    return served_ < most && !linker_->holds_exchange();
}

bool ServedInstance::renew()
{
    use_.reset();
    has_started_ = false;
    served_ = 0;
    if (!image_) return false;
    image_->rewind();
    return true;
}

void ServedInstance::trim()
{
    if (image_ && !has_started_) image_->trim();
}

}  // namespace wrtd
