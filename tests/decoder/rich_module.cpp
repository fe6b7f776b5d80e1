// One module with something in every section.
#include "decoder/support.hpp"

namespace wrt::test {

Bytes rich_module()
{
    const Bytes types = vec({
        func_type({}, {}),                                       // 0: [] -> []
        func_type({i32, i32}, {i32}),                            // 1
        bytes(struct_form, vec({bytes(i32, 1), bytes(i8, 0)})),  // 2: final struct
        bytes(array_form, i32, 1),                               // 3
        bytes(rec_form, vec({
                            // 4, 5: each refers to the other
                            bytes(sub_form, vec({}), struct_form, vec({bytes(ref_null, 5, 1)})),
                            bytes(sub_form, vec({}), struct_form, vec({bytes(ref_null, 4, 0)})),
                        })),
        bytes(final_form, vec({bytes(4)}), struct_form,
              vec({bytes(ref_null, 5, 1), bytes(i64, 0)})),  // 6: of 4
        func_type({i32}, {}),                                // 7: of tags
        func_type({}, {i32, i64}),                           // 8
    });
    const Bytes imports = vec({
        bytes(name("env"), name("log"), 0x00, 7),                   // function 0
        bytes(name("env"), name("table"), 0x01, funcref, 0x00, 1),  // table 0
        bytes(name("env"), name("memory"), 0x02, 0x01, 1, 2),       // memory 0
        bytes(name("env"), name("base"), 0x03, i32, 0x00),          // global 0
        bytes(name("env"), name("oops"), 0x04, 0x00, 7),            // tag 0
    });
    const Bytes tables = vec({
        bytes(0x40, 0x00, funcref, 0x01, 2, 8, 0xd0, funcref, end),  // table 1, with initialiser
        bytes(externref, 0x05, 0, 3),                                // table 2, of 64 bits
    });
    const Bytes memories = vec({bytes(0x04, 1)});  // memory 1, of 64 bits
    const Bytes tags = vec({bytes(0x00, 7)});      // tag 1
    const Bytes globals = vec({
        bytes(i32, 0x01, 0x23, 0, 0x41, 8, 0x6a,
              end),  // global 1: global.get 0, i32.const 8, i32.add
        bytes(ref_null, 3, 0x00, 0x41, 1, 0x41, 2, 0xfb, 6, 3, end),  // global 2: array.new 3
        bytes(funcref, 0x00, 0xd2, 1, end),                           // global 3: ref.func 1
        bytes(v128, 0x00, 0xfd, 0x0c, Bytes(16, 7), end),             // global 4
    });
    const Bytes exports = vec({
        bytes(name("run"), 0x00, 2),
        bytes(name("table"), 0x01, 1),
        bytes(name("memory"), 0x02, 0),
        bytes(name("counter"), 0x03, 1),
        bytes(name("oops"), 0x04, 1),
    });
    const Bytes elements = vec({
        bytes(0x00, 0x41, 0, end, vec({bytes(1)})),             // 0: active, table 0
        bytes(0x01, 0x00, vec({bytes(1), bytes(2)})),           // 1: passive
        bytes(0x02, 1, 0x41, 0, end, 0x00, vec({bytes(1)})),    // 2: active, table 1
        bytes(0x03, 0x00, vec({bytes(3)})),                     // 3: declarative
        bytes(0x04, 0x41, 0, end, vec({bytes(0xd2, 1, end)})),  // 4: active, expressions
        bytes(0x05, funcref,
              vec({bytes(0xd2, 2, end), bytes(0xd0, funcref, end)})),  // 5: passive, expressions
        bytes(0x06, 1, 0x41, 0, end, funcref, vec({bytes(0xd0, funcref, end)})),  // 6
        bytes(0x07, externref, vec({bytes(0xd0, externref, end)})),               // 7
    });
    const Bytes arithmetic =
        bytes(0x20, 0, 0x20, 1, 0x6a,     // local.get 0, local.get 1, i32.add
              0x02, 0x40,                 // block
              0x20, 0, 0x0d, 0,           //   local.get 0, br_if 0
              0x20, 0, 0x0e, 1, 0, 0,     //   local.get 0, br_table 0 0
              end,                        // end
              0x1a, 0x41, 0, 0x28, 2, 4,  // drop, i32.const 0, i32.load offset=4
              0x42, 0, 0x29, 0x43, 1, 0,  // i64.const 0, i64.load of memory 1
              0xa7, 0x6a);                // i32.wrap_i64, i32.add
    const Bytes objects =
        bytes(0x02, i32,                             // block (result i32)
              0x41, 1, 0x41, 2, 0xfb, 0, 2,          //   struct.new 2 of 1, 2
              0xfb, 3, 2, 1, 0x1a,                   //   struct.get_s 2 1, drop
              0xfb, 1, 6, 0xfb, 2, 4, 0, 0x1a,       //   struct.new_default 6, struct.get 4 0, drop
              0xd2, 3, 0x14, 0,                      //   ref.func 3, call_ref 0
              0x1f, 0x40, vec({bytes(0x00, 0, 0)}),  //   try_table (catch 0 0)
              0x41, 1, 0x08, 1,                      //     i32.const 1, throw 1
              end,                                   //   end
              0x41, 0,                               //   i32.const 0
              end, 0x1a);                            // end, drop
    const Bytes segments =
        bytes(0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 8, 0, 0,        // memory.init 0 0
              0xfc, 9, 1,                                      // data.drop 1
              0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 12, 1, 1,       // table.init 1 1
              0xfd, 0x0c, Bytes(16, 1), 0xfd, 0x15, 3, 0x1a);  // v128.const, extract_lane_s 3, drop
    const Bytes with_locals =
        bytes(vec({bytes(2, i64), bytes(1, ref, 3)}),   // locals
              0x41, 0, 0xfb, 7, 3, 0x21, 2,             // array.new_default 3, local.set 2
              0x20, 2, 0xfb, 15, 0x1a, segments, end);  // local.get 2, array.len, drop
    const Bytes code = vec({
        body(arithmetic),    // function 1
        sized(with_locals),  // function 2
        body({}),            // function 3
        body(objects),       // function 4
    });
    const Bytes data = vec({
        bytes(0x00, 0x41, 0, end, name("abc")),
        bytes(0x01, name("passive")),
        bytes(0x02, 1, 0x42, 0, end, name("memory 1")),
    });
    const Bytes names =
        bytes(0x00, sized(name("rich")),                                         // module
              0x01, sized(vec({bytes(0, name("log")), bytes(1, name("add"))})),  // functions
              0x02, sized(vec({bytes(1, vec({bytes(0, name("left"))}))})));      // locals
    return module({
        section(custom_id, bytes(name("first"), 1, 2, 3)),
        section(type_id, types),
        section(import_id, imports),
        section(function_id, vec({bytes(1), bytes(0), bytes(0), bytes(0)})),
        section(table_id, tables),
        section(memory_id, memories),
        section(tag_id, tags),
        section(global_id, globals),
        section(export_id, exports),
        section(start_id, bytes(3)),
        section(element_id, elements),
        section(data_count_id, bytes(3)),
        section(code_id, code),
        section(data_id, data),
        section(custom_id, bytes(name("name"), names)),
    });
}

std::vector<size_t> section_ends(const Bytes& binary)
{
    std::vector<size_t> ends{preamble().size()};
    ByteReader reader{binary};
    EXPECT_TRUE(reader.skip(preamble().size()));
    while (!reader.at_end()) {
        const auto id = reader.byte();
        const auto size = reader.u32();
        if (!id || !size || !reader.skip(*size)) break;
        ends.push_back(reader.offset());
    }
    return ends;
}

}  // namespace wrt::test
