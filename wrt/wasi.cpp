#include <wrt/wasi.hpp>

#include <wrt/component/wasi/preview1.hpp>

#include "state.hpp"

namespace wrt {

Linker& Linker::wasi(const wasi::Config& config, wasi::ConfigFault* fault) noexcept
{
    if (!usable() || !status_) return *this;
    const Result<wasi::Context*> context = wasi::Context::make(state_->arena(), config, fault);
    if (context) wasi_ = *context;
    note(context ? wasi::add_preview1(*imports_, *state_->store, **context)
                 : Status{context.error()});
    return *this;
}

}  // namespace wrt
