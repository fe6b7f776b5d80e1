// What of a Module an image keeps, said once for writing and for reading. `A` is an archive: it is
// called with numbers and texts, and its list() with arrays.
#pragma once

#include <wrt/runtime/module.hpp>

#include "operation.hpp"

namespace wrt::runtime {

template <class A>
void fields(A& a, uint32_t& item)
{
    a(item);
}
template <class A>
void fields(A& a, ValType& item)
{
    uint32_t bits = item.bits();
    a(bits);
    item = ValType::of_bits(bits);
}
template <class A>
void fields(A& a, FieldType& item)
{
    fields(a, item.storage);
    a(item.mut);
}
template <class A>
void fields(A& a, TypeDef& item)
{
    a(item.kind);
    a(item.final);
    a(item.depth);
    a(item.supertype);
    a(item.canonical);
    a(item.group);
    a(item.first);
    a(item.params);
    a(item.results);
    fields(a, item.reference[0]);
    fields(a, item.reference[1]);
}
template <class A>
void fields(A& a, RecGroup& item)
{
    a(item.first);
    a(item.count);
    a(item.hash);
}
template <class A>
void fields(A& a, StructLayout& item)
{
    a(item.bytes);
    a(item.words);
}
template <class A>
void fields(A& a, Limits& item)
{
    a(item.min);
    a(item.max);
    a(item.has_max);
    a(item.is64);
    a(item.shared);
}
template <class A>
void fields(A& a, TableType& item)
{
    fields(a, item.element);
    fields(a, item.limits);
}
template <class A>
void fields(A& a, MemoryType& item)
{
    fields(a, item.limits);
    a(item.page_shift);
}
template <class A>
void fields(A& a, GlobalType& item)
{
    fields(a, item.type);
    a(item.mut);
}
template <class A>
void fields(A& a, Import& item)
{
    a(item.module);
    a(item.name);
    a(item.kind);
    a(item.index);
}
template <class A>
void fields(A& a, Export& item)
{
    a(item.name);
    a(item.kind);
    a(item.index);
}
template <class A>
void fields(A& a, Function& item)
{
    a(item.type);
    a(item.code);
    a(item.code_size);
    a(item.source_map);
    a(item.source_map_size);
    a(item.catch_table);
    a(item.root_map);
    a(item.body_offset);
    a(item.window);
    a(item.frame_slots);
}
template <class A>
void fields(A& a, ConstCode& item)
{
    a(item.first);
    a(item.count);
}
template <class A>
void fields(A& a, ConstOp& item)
{
    a(item.kind);
    a(item.index);
    a(item.value);
    a(item.value_high);
}
template <class A>
void fields(A& a, Table& item)
{
    fields(a, item.type);
    fields(a, item.init);
}
template <class A>
void fields(A& a, Global& item)
{
    fields(a, item.type);
    fields(a, item.init);
    a(item.slot);
}
template <class A>
void fields(A& a, ElementSegment& item)
{
    a(item.mode);
    a(item.expressions);
    a(item.table);
    fields(a, item.offset);
    fields(a, item.type);
    a(item.first);
    a(item.count);
}
template <class A>
void fields(A& a, DataSegment& item)
{
    a(item.active);
    a(item.memory);
    fields(a, item.offset);
    a(item.bytes);
}

/// As much of an operation as says which handler it has.
template <class A>
void fields(A& a, Operation& item)
{
    a(item.family);
    a(item.bank);
    a(item.a_class);
    a(item.b_class);
    a(item.d_class);
    a(item.x_class);
    a(item.flag);
    a(item.polls);
    a(item.wide);
    a(item.instr);
    a(item.instr2);
    a(item.plain);
    a(item.field);
    a(item.d);
    a(item.index);
}

template <class A>
void fields(A& a, Aggregates& item)
{
    a.list(item.fields, Account::types);
    a.list(item.structs, Account::types);
    a.list(item.field_offsets, Account::types);
}

/// Everything but code.
template <class A>
void fields(A& a, Module& item)
{
    a(item.names);
    a.list(item.types, Account::types);
    a.list(item.groups, Account::types);
    a.list(item.type_values, Account::types);
    a.optional(item.aggregates, Account::types);
    a.list(item.imports, Account::names);
    a.list(item.exports, Account::names);
    a.list(item.export_order, Account::names);
    a.list(item.functions, Account::functions);
    a.list(item.tables, Account::tables);
    a.list(item.memories, Account::memory);
    a.list(item.globals, Account::globals);
    a.list(item.tags, Account::functions);
    a.list(item.elements, Account::elements);
    a.list(item.element_functions, Account::elements);
    a.list(item.element_items, Account::elements);
    a.list(item.data, Account::data);
    a.list(item.const_ops, Account::elements);
    a(item.const_depth);
    a(item.imported_functions);
    a(item.imported_tables);
    a(item.imported_memories);
    a(item.imported_globals);
    a(item.imported_tags);
    a(item.own_global_slots);
    a(item.start);
    a(item.metered);
    a(item.has_references);
}

}  // namespace wrt::runtime
