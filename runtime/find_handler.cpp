// The handler of an operation, from the tables of its family.
#include "find_handler.hpp"

#include "code_recorder.hpp"

namespace wrt::runtime {

Handler handler_of_operation(const Operation& operation)
{
    return find_handler(operation.family, operation);
}

Handler vector_binary_handler(Instr op, Class a, Class b, Class d)
{
    for (const auto table_of : {&tables::vector_bytes, &tables::vector_words, &tables::vector_wide,
                                &tables::vector_floating}) {
        if (const Handler* const table = table_of(op)) return table[class_index(a, b, d)];
    }
    return nullptr;
}

Handler plain_handler(Plain op)
{
    if (const Handler handler = tables::plain_call(op)) return handler;
    if (const Handler handler = tables::plain_control(op)) return handler;
    if (const Handler handler = tables::plain_bulk(op)) return handler;
    if (const Handler handler = tables::plain_wide(op)) return handler;
    if (const Handler handler = tables::plain_exception(op)) return handler;
    return tables::plain_gc(op);
}

}  // namespace wrt::runtime
