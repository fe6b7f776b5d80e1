// Names of interfaces and the versions in them.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wrt::component {

struct InterfaceName {
    std::string_view base;     ///< What stands before the @.
    std::string_view version;  ///< What stands behind it; may be empty.

    static InterfaceName of(std::string_view name);
};

struct Version {
    std::array<uint64_t, 3> parts{};  ///< major, minor, patch
    bool plain = false;               ///< Three numbers, and no pre-release or build behind them.

    static Version of(std::string_view text);
};

/// Whether an interface of version `have` serves who asks for `want`.
bool is_compatible(std::string_view want, std::string_view have);
/// Whether `left` is newer; both are plain.
bool is_newer(std::string_view left, std::string_view right);

}  // namespace wrt::component
