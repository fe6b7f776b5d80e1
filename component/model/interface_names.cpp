#include "model/interface_names.hpp"

#include <charconv>

#include <wrt/component/component.hpp>

namespace wrt::component {

InterfaceName InterfaceName::of(std::string_view name)
{
    const size_t at = name.find('@');
    if (at == std::string_view::npos) return {name, {}};
    return {name.substr(0, at), name.substr(at + 1)};
}

Version Version::of(std::string_view text)
{
    Version version;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (size_t i = 0; i < version.parts.size(); ++i) {
        if (i != 0 && (at == end || *at++ != '.')) return version;
        const auto [next, error] = std::from_chars(at, end, version.parts[i]);
        if (error != std::errc{} || next == at) return version;
        at = next;
    }
    version.plain = at == end;
    return version;
}

bool is_compatible(std::string_view want, std::string_view have)
{
    if (want == have) return true;
    const Version left = Version::of(want);
    const Version right = Version::of(have);
    if (!left.plain || !right.plain || left.parts[0] != right.parts[0]) return false;
    if (left.parts[0] != 0) return true;
    return left.parts[1] != 0 && left.parts[1] == right.parts[1];
}

bool is_newer(std::string_view left, std::string_view right)
{
    return Version::of(left).parts > Version::of(right).parts;
}

bool same_interface(std::string_view left, std::string_view right) noexcept
{
    const InterfaceName one = InterfaceName::of(left);
    const InterfaceName other = InterfaceName::of(right);
    return one.base == other.base && is_compatible(one.version, other.version);
}

}  // namespace wrt::component
