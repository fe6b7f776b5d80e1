// Loading for images: with the record of where code holds addresses.
#pragma once

#include <wrt/runtime/load.hpp>

#include "code_recorder.hpp"

namespace wrt::runtime {

/// Is told when a module is complete, while what was recorded of its code is there.
struct Recording {
    Status (*done)(void* context, const Module& module, const CodeRecorder& recorder) = nullptr;
    void* context = nullptr;
};

/// As load_module_from_binary(); with a recording, if that is given.
Result<Module*> load_recorded(std::span<const uint8_t> binary, Arena& arena,
                              const LoadOptions& options, Recording* recording) noexcept;

}  // namespace wrt::runtime
