#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace heed::format {

/// One JSON object in memory, read at simdjson's speed; its fields are asked for by name. Every accessor throws BadText
/// for a missing field (unless its name says `optional`) and for a wrong type. A null counts as missing. What is
/// returned is valid until the next parse(). An instance serves one line after the other without new memory.
class JsonLine {
 public:
  JsonLine();
  ~JsonLine();
  JsonLine(JsonLine&&) noexcept;
  JsonLine& operator=(JsonLine&&) noexcept;

  /// Throws BadText where the line is no JSON object, which has to be valid UTF-8.
  void parse(std::string_view line);

  std::string_view text(std::string_view key);
  std::optional<std::string_view> optional_text(std::string_view key);
  /// The field where it is a text; nothing where it is anything else.
  std::optional<std::string_view> text_if_any(std::string_view key);
  /// An id: a string, or an integer, taken as its digits. Neither empty nor with white space in it: it has to stand
  /// in TREC files. The first of the keys that is present counts.
  std::string id(std::initializer_list<std::string_view> keys);

  /// Calls `visit` with every object of the list, in order; this instance is that object during the call. What else is
  /// in the list is passed over; nothing is done where there is no such list.
  void for_each_object(std::string_view key, const std::function<void()>& visit);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The id, where it can stand in TREC files. Throws BadText where it is empty or has white space or control characters
/// in it; `what` names it: `"_id"`, `the docno`.
std::string checked_id(std::string_view id, const std::string& what);

}  // namespace heed::format
