// What the tests of components share: binaries put together from parts, and one that has something
// in every section.
#pragma once

#include "decoder/support.hpp"

#include <wrt/decoder/component.hpp>

namespace wrt::test {

inline Bytes component_preamble()
{
    return bytes(0x00, "asm", 0x0d, 0x00, 0x01, 0x00);
}

inline Bytes component(std::initializer_list<Bytes> sections)
{
    Bytes out = component_preamble();
    for (const Bytes& section : sections)
        append(out, section);
    return out;
}

// Section ids of components.
inline constexpr uint8_t core_module_section = 1, core_instance_section = 2, core_type_section = 3,
                         component_section = 4, instance_section = 5, alias_section = 6,
                         type_section = 7, canon_section = 8, import_section = 10,
                         export_section = 11;

inline std::string component_verdict(const Bytes& binary)
{
    return sentence(decoder::decode_component_streaming(
        binary, test_arena(), {}, [](const decoder::Component&) { return ok(); }));
}

/// A core module that exports "add", of type [i32 i32] -> [i32], and "fail", which traps.
inline Bytes adder_module()
{
    return module(
        {section(type_id, vec({func_type(bytes(i32, i32), bytes(i32)), func_type({}, {})})),
         section(function_id, vec({bytes(0), bytes(1)})),
         section(export_id, vec({bytes(name("add"), 0x00, 0x00), bytes(name("fail"), 0x00, 0x01)})),
         section(code_id, vec({body(bytes(0x20, 0, 0x20, 1, 0x6a)), body(bytes(0x00))}))});
}

/// A component that lifts both and exports them, out of a nested component that it instantiates.
inline Bytes adder_component()
{
    const Bytes alias_add = bytes(0x00, 0x00, 0x01, 0x00, name("add"));
    const Bytes alias_fail = bytes(0x00, 0x00, 0x01, 0x00, name("fail"));
    const Bytes add_type =
        bytes(0x40, vec({bytes(name("a"), 0x79), bytes(name("b"), 0x79)}), 0x00, 0x79);
    const Bytes fail_type = bytes(0x40, 0x00, 0x01, 0x00);
    const Bytes inner = component(
        {section(core_module_section, adder_module()),
         section(core_instance_section, vec({bytes(0x00, 0x00, 0x00)})),
         section(alias_section, vec({alias_add, alias_fail})),
         section(type_section, vec({add_type, fail_type, bytes(0x3f, 0x7f, 0x00)})),
         section(canon_section,
                 vec({bytes(0x00, 0x00, 0x00, 0x00, 0x00), bytes(0x00, 0x00, 0x01, 0x00, 0x01)})),
         section(export_section, vec({bytes(0x00, name("add"), 0x01, 0x00, 0x00),
                                      bytes(0x00, name("fail"), 0x01, 0x01, 0x00),
                                      bytes(0x00, name("thing"), 0x03, 0x02, 0x00)}))});
    return component(
        {section(component_section, inner),
         section(instance_section, vec({bytes(0x00, 0x00, 0x00), bytes(0x00, 0x00, 0x00)})),
         section(alias_section, vec({bytes(0x01, 0x00, 0x00, name("add")),
                                     bytes(0x01, 0x00, 0x01, name("fail"))})),
         section(export_section, vec({bytes(0x00, name("add"), 0x01, 0x00, 0x00),
                                      bytes(0x00, name("fail"), 0x01, 0x01, 0x00),
                                      bytes(0x00, name("both"), 0x05, 0x00, 0x00)}))});
}

}  // namespace wrt::test
