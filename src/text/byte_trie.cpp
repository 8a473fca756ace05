#include "text/byte_trie.h"

#include <algorithm>

namespace heed::text {

namespace {

/// The strings that share a node: a stretch of the sorted list, alike in their first `depth` bytes.
struct Group {
  std::size_t begin = 0, end = 0, depth = 0;
  std::int32_t node = 0;
};

}  // namespace

ByteTrie::ByteTrie(std::vector<std::pair<std::string_view, std::int32_t>> strings) {
  roots_.fill(-1);
  std::ranges::stable_sort(strings, {}, [](const auto& entry) { return entry.first; });
  nodes_.push_back({});
  std::vector<Group> groups = {{0, strings.size(), 0, 0}};
  for (std::size_t done = 0; done < groups.size(); ++done) {
    const Group group = groups[done];
    std::size_t begin = group.begin;
    for (; begin < group.end && strings[begin].first.size() == group.depth; ++begin)
      if (group.depth > 0 && nodes_[static_cast<std::size_t>(group.node)].number < 0)
        nodes_[static_cast<std::size_t>(group.node)].number = strings[begin].second;
    nodes_[static_cast<std::size_t>(group.node)].first_child = static_cast<std::int32_t>(nodes_.size());
    while (begin < group.end) {
      const char byte = strings[begin].first[group.depth];
      std::size_t end = begin;
      while (end < group.end && strings[end].first[group.depth] == byte) ++end;
      groups.push_back({begin, end, group.depth + 1, static_cast<std::int32_t>(nodes_.size())});
      nodes_.push_back({.byte = static_cast<unsigned char>(byte)});
      ++nodes_[static_cast<std::size_t>(group.node)].children;
      begin = end;
    }
  }
  const Node root = nodes_.front();
  for (std::int32_t i = root.first_child; i < root.first_child + root.children; ++i)
    roots_[nodes_[static_cast<std::size_t>(i)].byte] = i;
  if (root.children == 0) nodes_.clear();
}

std::int32_t ByteTrie::child(std::int32_t node, unsigned char byte) const {
  const Node& parent = nodes_[static_cast<std::size_t>(node)];
  const auto begin = nodes_.begin() + parent.first_child, end = begin + parent.children;
  const auto place = std::ranges::lower_bound(begin, end, byte, {}, &Node::byte);
  return place != end && place->byte == byte ? static_cast<std::int32_t>(place - nodes_.begin()) : -1;
}

}  // namespace heed::text
