// Exceptions of random bodies.
#include "generator_body.hpp"
#include "runtime/binary.hpp"

namespace wrt::test {

/// A block that takes what a try_table around statements catches.
void BodyGenerator::try_(int depth)
{
    const uint32_t tag = random_.below(shape_.tags.size());
    const bool any = random_.one_in(3);
    const bool with_ref = random_.one_in(3);
    Types caught = any ? Types{} : shape_.types[shape_.tags[tag]].params;
    if (with_ref) caught.push_back(Type::exn);
    open(op_block, {{}, caught});
    junk(1);  // that the catch drops
    const FunctionType type{random_.one_in(3) ? any_types(2) : Types{},
                            random_.one_in(3) ? any_types(2) : Types{}};
    values(type.params, depth - 1);
    op(op_try_table);
    block_type(type);
    const uint8_t kind = static_cast<uint8_t>((any ? 2 : 0) + (with_ref ? 1 : 0));
    clauses(kind, tag, 0);
    labels_.push_back(type.results);
    if (random_.one_in(2))
        absorb(type.params);
    else
        for (size_t i = type.params.size(); i-- > 0;)
            op(op_drop);
    statements(depth, 4);
    if (random_.one_in(2)) throw_(depth - 1);
    values(type.results, depth - 1);
    close();
    absorb(type.results);
    values(caught, depth - 1);
    op(op_br, 0);
    dead_code();
    close();
    absorb(caught);
}

/// The clause that is wanted, among others whose labels take what they give.
void BodyGenerator::clauses(uint8_t kind, uint32_t tag, uint32_t label)
{
    std::vector<Bytes> list;
    const auto add = [&](uint8_t how, uint32_t which, uint32_t where) {
        list.push_back(how >= 2 ? bytes(how, leb(where)) : bytes(how, leb(which), leb(where)));
    };
    const auto others = [&] {
        while (random_.one_in(3)) {
            const uint32_t other = random_.below(shape_.tags.size());
            const auto how = static_cast<uint8_t>(random_.below(4));
            Types caught = how >= 2 ? Types{} : shape_.types[shape_.tags[other]].params;
            if (how & 1) caught.push_back(Type::exn);
            for (uint32_t i = random_.below(labels_.size()); i < labels_.size(); ++i) {
                if (labels_[labels_.size() - 1 - i] != caught) continue;
                add(how, other, i);
                break;
            }
        }
    };
    others();
    add(kind, tag, label);
    others();
    append(code_, vec(list));
}

/// Now and then.
void BodyGenerator::throw_(int depth)
{
    const bool always = random_.one_in(4);
    if (!always) {
        condition(depth);
        open(op_if, {});
    } else {
        open(op_block, {});
    }
    junk(depth - 1);
    const uint32_t local = local_of(Type::exn, false);
    if (local != ModuleShape::no_entry && random_.one_in(3)) {
        op(op_local_get, local);
        op(op_throw_ref);
    } else {
        const uint32_t tag = random_.below(shape_.tags.size());
        const Types params = shape_.types[shape_.tags[tag]].params;
        values(params, depth - 1);
        op(op_throw, tag);
    }
    dead_code();
    close();
}

}  // namespace wrt::test
