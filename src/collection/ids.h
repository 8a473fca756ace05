#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

namespace heed::collection {

/// The id of one kind of thing; ids of different kinds do not mix. An id borrows its characters: what it was read from
/// (a Run, Judgments, a data set) owns them, and has to outlive it. Ids are ordered by their bytes, as strcmp does.
template <class Kind>
class Id {
 public:
  Id() = default;
  explicit Id(std::string_view text)
      : address_(std::bit_cast<Address>(text.data())), size_(static_cast<std::uint32_t>(text.size())) {}

  std::string_view text() const { return {std::bit_cast<const char*>(address_), size_}; }
  std::string str() const { return std::string(text()); }
  bool operator==(const Id& other) const { return text() == other.text(); }
  std::strong_ordering operator<=>(const Id& other) const { return text() <=> other.text(); }

 private:
  /// A pointer in halves, so that an id takes 12 bytes: a judgment is an id and a grade, in 16.
  using Address = std::array<std::uint32_t, 2>;
  static_assert(sizeof(Address) == sizeof(const char*));
  Address address_{};
  std::uint32_t size_ = 0;
};

template <class Kind>
std::ostream& operator<<(std::ostream& out, Id<Kind> id) {
  return out << id.text();
}

using QueryId = Id<struct QueryKind>;
using DocumentId = Id<struct DocumentKind>;

}  // namespace heed::collection

template <class Kind>
struct std::hash<heed::collection::Id<Kind>> {
  std::size_t operator()(heed::collection::Id<Kind> id) const { return std::hash<std::string_view>()(id.text()); }
};
