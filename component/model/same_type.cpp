#include "model/same_type.hpp"

#include <wrt/foundation/growing_stack.hpp>

namespace wrt::component {

namespace {

struct Pair {
    ComponentValType left;
    ComponentValType right;
};

class Comparison {
public:
    Comparison(Arena& arena, const Instance& left, const Instance& right)
        : left_{left}, right_{right}, pairs_{arena}
    {
    }

    Result<bool> run(ComponentValType left, ComponentValType right)
    {
        WRT_CHECK(pairs_.push({left, right}));
        while (!pairs_.empty()) {
            const Pair pair = pairs_.pop();
            WRT_TRY(const bool same, step(pair));
            if (!same) return false;
        }
        return true;
    }

private:
    Result<bool> step(const Pair& pair)
    {
        const ComponentTypes& lefts = left_.types();
        const ComponentTypes& rights = right_.types();
        const ComponentValType one = lefts.plain(pair.left);
        const ComponentValType other = rights.plain(pair.right);
        if (!one.is_node() || !other.is_node()) return one == other;
        const ComponentTypeNode& node = lefts[one.node()];
        const ComponentTypeNode& twin = rights[other.node()];
        if (node.kind != twin.kind || node.count != twin.count) return false;
        switch (node.kind) {
        case ComponentTypeKind::record:
        case ComponentTypeKind::variant:
        case ComponentTypeKind::tuple:
        case ComponentTypeKind::flags:
        case ComponentTypeKind::enum_: return fields(lefts.fields_of(node), rights.fields_of(twin));
        case ComponentTypeKind::fixed_list:
            if (node.b != twin.b) return false;
            return parts(node.a, twin.a);
        case ComponentTypeKind::list:
        case ComponentTypeKind::option:
        case ComponentTypeKind::stream:
        case ComponentTypeKind::future: return parts(node.a, twin.a);
        case ComponentTypeKind::result:
        case ComponentTypeKind::map: {
            WRT_CHECK(parts(node.b, twin.b));
            return parts(node.a, twin.a);
        }
        case ComponentTypeKind::own:
        case ComponentTypeKind::borrow:
            return left_.resource_of(node.a) == right_.resource_of(twin.a);
        case ComponentTypeKind::alias:
        case ComponentTypeKind::primitive:
        case ComponentTypeKind::resource:
        case ComponentTypeKind::func:
        case ComponentTypeKind::instance:
        case ComponentTypeKind::component: break;  // no value types
        }
        return false;
    }

    Result<bool> fields(std::span<const decoder::ComponentField> lefts,
                        std::span<const decoder::ComponentField> rights)
    {
        for (size_t i = 0; i < lefts.size(); ++i) {
            if (lefts[i].name != rights[i].name) return false;
            WRT_CHECK(pairs_.push({lefts[i].type, rights[i].type}));
        }
        return true;
    }

    Result<bool> parts(uint32_t left, uint32_t right)
    {
        WRT_CHECK(pairs_.push({ComponentValType::of_bits(left), ComponentValType::of_bits(right)}));
        return true;
    }

    const Instance& left_;
    const Instance& right_;
    GrowingStack<Pair> pairs_;
};

}  // namespace

Result<bool> same_value_type(Arena& arena, const Instance& left, ComponentValType left_type,
                             const Instance& right, ComponentValType right_type)
{
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::component, "types compared",
                                          arena.full_budget(LibraryId::component), End::scratch));
    Comparison comparison{arena, left, right};
    WRT_TRY(const bool same, comparison.run(left_type, right_type));
    WRT_CHECK(scope.exit());
    return same;
}

Result<bool> same_func_type(Arena& arena, const Instance& left, uint32_t left_node,
                            const Instance& right, uint32_t right_node)
{
    const ComponentTypes& lefts = left.types();
    const ComponentTypes& rights = right.types();
    const ComponentTypeNode& node = lefts[lefts.resolve(left_node)];
    const ComponentTypeNode& twin = rights[rights.resolve(right_node)];
    if (node.kind != ComponentTypeKind::func || twin.kind != ComponentTypeKind::func ||
        node.count != twin.count ||
        (node.flags & ComponentTypeNode::is_async) != (twin.flags & ComponentTypeNode::is_async)) {
        return false;
    }
    const auto params = lefts.fields_of(node);
    const auto others = rights.fields_of(twin);
    for (size_t i = 0; i < params.size(); ++i) {
        WRT_TRY(const bool same,
                same_value_type(arena, left, params[i].type, right, others[i].type));
        if (!same) return false;
    }
    return same_value_type(arena, left, ComponentValType::of_bits(node.a), right,
                           ComponentValType::of_bits(twin.a));
}

}  // namespace wrt::component
