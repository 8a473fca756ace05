#pragma once

#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "format/json.h"
#include "recipe/recipe.h"
#include "text/prompt.h"

// How the fields of a recipe's JSON are read and complained about; for the files that read recipes.

namespace heed::recipe {

/// A value and how recipes spell it.
template <class Value>
struct Name {
  Value value;
  std::string_view name;
};

inline constexpr Name<Similarity> kSimilarities[] = {{Similarity::kCosine, "cosine"}, {Similarity::kDot, "dot"}};

template <class Value, std::size_t kCount>
format::Json name_of(const Name<Value> (&names)[kCount], Value value) {
  for (const auto& row : names)
    if (row.value == value) return row.name;
  throw base::Bug("a value without a name");
}

inline std::string in_quotes(std::string_view text) {
  return '"' + std::string(text) + '"';
}

/// The fields of one JSON object; complains in its source's name.
class Fields {
 public:
  Fields(const format::Json& object, std::string_view what) : object_(object), what_(what) {
    if (!object.is_object()) fail("a recipe is a JSON object");
  }

  [[noreturn]] void fail(const std::string& sentence) const { throw base::BadInput(what_ + ": " + sentence); }

  /// Refuses the fields that are not among the known object's.
  void expect_only(const format::Json& known, const std::string& owner) const {
    for (const auto& [name, value] : object_.items())
      if (!known.contains(name)) fail(owner + " has no field " + in_quotes(name) + "; known: " + listed(known));
  }

  const format::Json* find(const std::string& name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  const format::Json& require(const std::string& name) const {
    const format::Json* const value = find(name);
    if (value == nullptr) fail("the field " + in_quotes(name) + " is missing");
    return *value;
  }

  bool flag(const std::string& name, bool otherwise) const {
    const format::Json* const value = find(name);
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) fail(in_quotes(name) + " is neither true nor false");
    return value->get<bool>();
  }

  std::optional<std::string> string(const std::string& name) const {
    const format::Json* const value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) fail(in_quotes(name) + " is not a string");
    return value->get<std::string>();
  }

  std::optional<text::Prompt> prompt(const std::string& name) const {
    const auto pattern = string(name);
    if (!pattern) return std::nullopt;
    return text::Prompt::parse(*pattern, what_ + ": " + name);
  }

  std::int32_t whole_number(const std::string& name, const format::Json& value, std::int32_t least) const {
    if (!value.is_number_integer() || value.get<double>() > std::numeric_limits<std::int32_t>::max())
      fail(in_quotes(name) + " is not a whole number of at most 31 bits");
    if (value.get<double>() < least)
      fail(in_quotes(name) + " is " + value.dump() + "; the least is " + std::to_string(least));
    return value.get<std::int32_t>();
  }

  template <class Value, std::size_t kCount>
  Value choice(const std::string& name, const Name<Value> (&names)[kCount], Value otherwise) const {
    const auto given = string(name);
    if (!given) return otherwise;
    std::string known;
    for (const auto& row : names) {
      if (row.name == *given) return row.value;
      known += (known.empty() ? "" : ", ") + std::string(row.name);
    }
    fail("there is no " + name + " " + in_quotes(*given) + "; known: " + known);
  }

  std::optional<std::string> adapter() const {
    auto given = string("adapter");
    if (given && given->empty()) fail("\"adapter\" is empty");
    return given;
  }

  int max_length() const { return whole_number("max_length", require("max_length"), 4); }

  AnswerToken token(const std::string& name) const {
    const format::Json& value = require(name);
    if (value.is_number_integer()) return whole_number(name, value, 0);
    if (!value.is_string() || value.get<std::string>().empty())
      fail(in_quotes(name) + " is neither a token's string nor its id");
    return value.get<std::string>();
  }

 private:
  static std::string listed(const format::Json& object) {
    std::string names;
    for (const auto& [name, value] : object.items()) names += (names.empty() ? "" : ", ") + name;
    return names;
  }

  const format::Json& object_;
  std::string what_;
};

/// A template and the field from which it came.
struct Source {
  const text::Prompt& prompt;
  std::string_view field;
};

/// Each source must leave out the forbidden placeholders, and one of them mention one of the needed.
inline void expect_placeholders(const Fields& fields, std::initializer_list<Source> sources,
                                std::initializer_list<std::string_view> forbidden,
                                std::initializer_list<std::string_view> needed) {
  bool mentioned = false;
  std::string names;
  for (const Source& source : sources) {
    names += (names.empty() ? "" : " and ") + in_quotes(source.field);
    for (const std::string_view name : forbidden)
      if (source.prompt.mentions(name))
        fields.fail(in_quotes(source.field) + " has the placeholder {" + std::string(name) +
                    "}, but query and document are read apart");
    for (const std::string_view name : needed) mentioned = mentioned || source.prompt.mentions(name);
  }
  std::string choices;
  for (const std::string_view name : needed) choices += (choices.empty() ? "{" : " nor {") + std::string(name) + "}";
  if (!mentioned) fields.fail(names + (sources.size() > 1 ? " have" : " has") + " neither the placeholder " + choices);
}

inline void expect_query(const Fields& fields, std::initializer_list<Source> sources) {
  expect_placeholders(fields, sources, {"title", "text", "document"}, {"query", "need"});
}

inline void expect_document(const Fields& fields, std::initializer_list<Source> sources) {
  expect_placeholders(fields, sources, {"query", "instruction", "need"}, {"text", "document"});
}

}  // namespace heed::recipe
