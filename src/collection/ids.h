#pragma once

#include <compare>
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
  explicit Id(std::string_view text) : text_(text) {}

  std::string_view text() const { return text_; }
  std::string str() const { return std::string(text_); }
  auto operator<=>(const Id&) const = default;

 private:
  std::string_view text_;
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
