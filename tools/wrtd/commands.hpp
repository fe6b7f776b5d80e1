// The commands. Each does what the options ask and returns wrtd's exit code.
#pragma once

#include "options.hpp"

namespace wrtd {

[[nodiscard]] int run(const Options& options);
[[nodiscard]] int resume(const Options& options);
[[nodiscard]] int call(const Options& options);
[[nodiscard]] int image(const Options& options);
[[nodiscard]] int validate(const Options& options);
[[nodiscard]] int inspect(const Options& options);
[[nodiscard]] int print(const Options& options);
[[nodiscard]] int serve(const Options& options);
[[nodiscard]] int wast(const Options& options);

}  // namespace wrtd
