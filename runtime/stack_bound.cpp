// The graph of calls and its longest path. Tarjan's algorithm with a work stack of its own hands
// out strongly connected components, callees first; a component whose calls among itself are all
// tail calls goes round in one frame, any other is recursion.
#include <wrt/runtime/stack_bound.hpp>

#include <algorithm>

#include <wrt/foundation/assert.hpp>

namespace wrt::runtime {
namespace {

/// A call, or a function of a type that an indirect call may reach (then base is 0).
struct Edge {
    uint32_t target;
    uint32_t base;
};

/// Nodes are functions, and after them types: who calls indirectly calls the type.
class CallGraph {
public:
    CallGraph(const Module& module, const CallSites& sites, Arena& arena) noexcept
        : module_{module},
          sites_{sites},
          arena_{arena},
          functions_{module.functions.size()},
          nodes_{functions_ + module.types.size()},
          path_{arena},
          component_{arena},
          circle_{arena}
    {
    }

    Status build() noexcept
    {
        WRT_TRY(first_edge_, make<uint32_t>(nodes_ + 1));
        WRT_TRY(taken_, make<bool>(functions_));
        note_taken();
        for_each_edge([&](uint32_t from, Edge) { ++first_edge_[from]; });
        uint32_t sum = 0;
        for (uint32_t& first : first_edge_) {
            sum += first;
            first = sum;  // the end of its edges, until they are filled in from behind
        }
        WRT_TRY(edges_, make<Edge>(sum));
        for_each_edge([&](uint32_t from, Edge edge) { edges_[--first_edge_[from]] = edge; });
        return ok();
    }

    Status solve() noexcept
    {
        WRT_TRY(order_, make<uint32_t>(nodes_));
        WRT_TRY(low_, make<uint32_t>(nodes_));
        WRT_TRY(cursor_, make<uint32_t>(nodes_));
        WRT_TRY(open_, make<bool>(nodes_));
        WRT_TRY(needs_, make<uint64_t>(nodes_));
        for (uint32_t node = 0; node < nodes_; ++node) {
            if (order_[node] == 0) WRT_CHECK(visit(node));
        }
        return ok();
    }

    std::span<const uint64_t> needs() const noexcept { return needs_.first(functions_); }
    bool taken(uint32_t function) const noexcept { return taken_[function]; }
    /// Functions of the first recursion that was found.
    std::span<const uint32_t> circle() const noexcept { return circle_.as_span(); }

private:
    template <class T>
    Result<std::span<T>> make(size_t count) noexcept
    {
        return arena_.make_array<T>(End::scratch, Account::scratch, count);
    }

    void note_taken() noexcept
    {
        for (const uint32_t function : sites_.taken())
            taken_[function] = true;
        for (const uint32_t function : module_.element_functions) {
            if (function != no_function) taken_[function] = true;
        }
        for (const ConstOp& op : module_.const_ops) {
            if (op.kind == ConstKind::function) taken_[op.index] = true;
        }
    }

    uint32_t node_of_type(uint32_t type) const noexcept
    {
        return functions_ + module_.types[type].canonical;
    }

    template <class Visit>
    void for_each_edge(Visit&& visit) const noexcept
    {
        for (const CallSites::Site& site : sites_.sites()) {
            if (site.indirect)
                visit(site.caller, Edge{node_of_type(site.target), site.base});
            else if (site.target >= module_.imported_functions)
                visit(site.caller, Edge{site.target, site.base});
        }
        for (uint32_t function = module_.imported_functions; function < functions_; ++function) {
            if (!taken_[function]) continue;
            // A function may be called as what its type is a subtype of.
            for (uint32_t type = module_.functions[function].type; type != no_index;
                 type = module_.types[type].supertype) {
                visit(node_of_type(type), Edge{function, 0});
            }
        }
    }

    std::span<const Edge> edges_of(uint32_t node) const noexcept
    {
        return edges_.subspan(first_edge_[node], first_edge_[node + 1] - first_edge_[node]);
    }

    Status enter(uint32_t node) noexcept
    {
        order_[node] = low_[node] = ++visited_;
        open_[node] = true;
        WRT_CHECK(component_.push(node));
        return path_.push(node);
    }

    Status visit(uint32_t root) noexcept
    {
        WRT_CHECK(enter(root));
        while (!path_.empty()) {
            const uint32_t node = path_.back();
            const std::span<const Edge> edges = edges_of(node);
            if (cursor_[node] < edges.size()) {
                const uint32_t target = edges[cursor_[node]++].target;
                if (order_[target] == 0)
                    WRT_CHECK(enter(target));
                else if (open_[target])
                    low_[node] = std::min(low_[node], order_[target]);
                continue;
            }
            path_.pop();
            if (!path_.empty()) {
                const uint32_t caller = path_.back();
                low_[caller] = std::min(low_[caller], low_[node]);
            }
            if (low_[node] == order_[node]) WRT_CHECK(close(node));
        }
        return ok();
    }

    /// The component of `first` is complete: the topmost nodes, down to that one.
    Status close(uint32_t first) noexcept
    {
        uint32_t bottom = component_.size();
        while (component_[--bottom] != first) {
        }
        const std::span<const uint32_t> members = component_.as_span().subspan(bottom);
        uint64_t need = 0;
        for (const uint32_t node : members) {
            if (node < functions_) need = std::max<uint64_t>(need, frame_of(node));
            for (const Edge& edge : edges_of(node)) {
                if (!open_[edge.target] || order_[edge.target] < order_[first]) {
                    const uint64_t below = needs_[edge.target];
                    need = std::max(need, below == unbounded_stack ? below : edge.base + below);
                } else if (edge.base != 0) {
                    need = unbounded_stack;
                    if (circle_.empty()) WRT_CHECK(find_circle(node, edge.target, members));
                }
            }
        }
        for (const uint32_t node : members) {
            needs_[node] = need;
            open_[node] = false;
        }
        component_.truncate(bottom);
        return ok();
    }

    uint32_t frame_of(uint32_t function) const noexcept
    {
        return module_.functions[function].frame_slots;
    }

    /// A shortest way from `target` back to `caller`, breadth first within the component.
    Status find_circle(uint32_t caller, uint32_t target, std::span<const uint32_t> members) noexcept
    {
        WRT_TRY(const std::span<uint32_t> came_from,
                make<uint32_t>(nodes_));  // plus one; 0: not yet
        GrowingStack<uint32_t> queue{arena_};
        WRT_CHECK(queue.reserve(members.size()));
        queue.push_unchecked(target);
        came_from[target] = target + 1;
        for (uint32_t i = 0; i < queue.size() && came_from[caller] == 0; ++i) {
            for (const Edge& edge : edges_of(queue[i])) {
                const bool inside =
                    open_[edge.target] && order_[edge.target] >= order_[members.front()];
                if (!inside || came_from[edge.target] != 0) continue;
                came_from[edge.target] = queue[i] + 1;
                queue.push_unchecked(edge.target);
            }
        }
        // From the caller backwards, so that it ends with whom the caller calls.
        for (uint32_t node = caller;; node = came_from[node] - 1) {
            if (node < functions_) WRT_CHECK(circle_.push(node));
            if (node == target) break;
        }
        std::reverse(circle_.begin(), circle_.end());
        std::rotate(circle_.begin(), std::min_element(circle_.begin(), circle_.end()),
                    circle_.end());
        return ok();
    }

    const Module& module_;
    const CallSites& sites_;
    Arena& arena_;
    const uint32_t functions_;
    const uint32_t nodes_;
    std::span<uint32_t> first_edge_;
    std::span<Edge> edges_;
    std::span<bool> taken_;
    std::span<uint32_t> order_;   ///< In which nodes were met; 0: not yet.
    std::span<uint32_t> low_;     ///< The earliest open node that can be reached.
    std::span<uint32_t> cursor_;  ///< Edges that were followed.
    std::span<bool> open_;        ///< Its component is not complete.
    std::span<uint64_t> needs_;
    uint32_t visited_ = 0;
    GrowingStack<uint32_t> path_;
    GrowingStack<uint32_t> component_;
    GrowingStack<uint32_t> circle_;
};

/// Whether others can call what a reference is made to.
bool shows_references(const Module& module) noexcept
{
    const auto holds_references = [&](ExternKind kind, uint32_t index) {
        return kind == ExternKind::table ||
               (kind == ExternKind::global && module.globals[index].type.type.is_ref());
    };
    return std::ranges::any_of(
               module.imports,
               [&](const Import& import) { return holds_references(import.kind, import.index); }) ||
           std::ranges::any_of(module.exports, [&](const Export& item) {
               return holds_references(item.kind, item.index);
           });
}

}  // namespace

Result<StackBound> stack_bound(const Module& module, const CallSites& sites, Arena& arena) noexcept
{
    WRT_TRY(const ScopeGuard scope,
            arena.enter(LibraryId::runtime, "stack_bound", arena.full_budget(LibraryId::runtime),
                        End::scratch));
    CallGraph graph{module, sites, arena};
    WRT_CHECK(graph.build());
    WRT_CHECK(graph.solve());
    StackBound bound;
    const auto add = [&](uint32_t function) {
        bound.slots = std::max(bound.slots, graph.needs()[function]);
    };
    for (const Export& item : module.exports) {
        if (item.kind == ExternKind::func) add(item.index);
    }
    if (module.start != no_function) add(module.start);
    if (shows_references(module)) {
        for (uint32_t function = 0; function < module.functions.size(); ++function) {
            if (graph.taken(function)) add(function);
        }
    }
    if (bound.bounded()) return bound;
    const std::span<const uint32_t> circle = graph.circle();
    bound.circle_length = static_cast<uint32_t>(circle.size());
    std::copy_n(circle.begin(), std::min<size_t>(circle.size(), StackBound::most_listed),
                bound.circle);
    return bound;
}

Result<std::span<const uint64_t>> stack_needs(const Module& module, const CallSites& sites,
                                              Arena& arena) noexcept
{
    CallGraph graph{module, sites, arena};
    WRT_CHECK(graph.build());
    WRT_CHECK(graph.solve());
    return graph.needs();
}

}  // namespace wrt::runtime
