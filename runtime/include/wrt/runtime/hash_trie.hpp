// HashTrie: a map in an arena. Nodes hang four to a node by two bits of their hash at each level;
// they never move and nothing is rebuilt, so growing needs no second block and undoing is
// unlinking.
#pragma once

#include <cstdint>

namespace wrt::runtime {

/// What a node of a HashTrie<Node> begins with.
template <class Node>
struct TrieNode {
    uint64_t hash = 0;
    Node* children[4] = {};
    Node** link = nullptr;  ///< What points at this node.
    Node* older = nullptr;  ///< The node added before it.
};

/// Node derives from TrieNode<Node>.
template <class Node>
class HashTrie {
public:
    /// Where a node of this hash that satisfies `equal(node)` is (*place is not null) or belongs.
    template <class Equal>
    Node** find(uint64_t hash, Equal&& equal) noexcept
    {
        Node** place = &root_;
        for (uint64_t path = hash; *place != nullptr; path = path << 2 | path >> 62) {
            Node* const node = *place;
            if (node->hash == hash && equal(*node)) break;
            place = &node->children[path >> 62];
        }
        return place;
    }

    /// The node, or null.
    template <class Equal>
    Node* get(uint64_t hash, Equal&& equal) const noexcept
    {
        Node* node = root_;
        for (uint64_t path = hash; node != nullptr; path = path << 2 | path >> 62) {
            if (node->hash == hash && equal(*node)) break;
            node = node->children[path >> 62];
        }
        return node;
    }

    /// `place` is what find() gave for `hash` just now, and was empty.
    void insert(Node** place, uint64_t hash, Node* node) noexcept
    {
        node->hash = hash;
        node->link = place;
        node->older = newest_;
        newest_ = node;
        *place = node;
    }

    Node* newest() const noexcept { return newest_; }

    /// Takes off the nodes that were added after `mark` (an earlier newest()). Their memory may be
    /// gone after this.
    void rewind(Node* mark) noexcept
    {
        while (newest_ != mark) {
            *newest_->link = nullptr;
            newest_ = newest_->older;
        }
    }

private:
    Node* root_ = nullptr;
    Node* newest_ = nullptr;
};

}  // namespace wrt::runtime
