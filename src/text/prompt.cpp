#include "text/prompt.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "text/utf8.h"

namespace heed::text {

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

std::optional<std::size_t> placeholder_named(std::string_view name) {
  const auto found = std::ranges::find(Prompt::kPlaceholders, name);
  if (found == Prompt::kPlaceholders.end()) return std::nullopt;
  return static_cast<std::size_t>(found - Prompt::kPlaceholders.begin());
}

bool comes_from_document(std::size_t placeholder) {
  const std::string_view name = Prompt::kPlaceholders[placeholder];
  return name == "title" || name == "text" || name == "document";
}

std::string joined(std::string_view first, std::string_view second) {
  return std::string(stripped(std::string(first) + " " + std::string(second)));
}

std::string value_of(std::size_t placeholder, const PromptFields& fields) {
  const std::string_view name = Prompt::kPlaceholders[placeholder];
  if (name == "query") return std::string(fields.query);
  if (name == "instruction") return std::string(fields.instruction);
  if (name == "title") return std::string(fields.title);
  if (name == "text") return std::string(fields.text);
  if (name == "need") return joined(fields.query, fields.instruction);
  return joined(fields.title, fields.text);
}

/// Where each code point begins, and the end. Bytes that are no valid UTF-8 stay with the code point before them.
std::vector<std::size_t> boundaries(std::string_view text) {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) result.push_back(i);
  result.push_back(text.size());
  return result;
}

std::string_view stripped_at_end(std::string_view text) {
  const std::string_view inner = stripped(text);
  if (inner.empty()) return {};
  return text.substr(0, static_cast<std::size_t>(inner.data() - text.data()) + inner.size());
}

}  // namespace

Prompt Prompt::parse(std::string_view pattern, std::string_view what) {
  Prompt prompt;
  prompt.pattern_ = pattern;
  std::string literal;
  while (!pattern.empty()) {
    const std::size_t close = pattern.front() == '{' ? pattern.find('}') : std::string_view::npos;
    const std::string_view name = close == std::string_view::npos ? "" : pattern.substr(1, close - 1);
    if (!is_name(name)) {
      literal += pattern.front();
      pattern.remove_prefix(1);
      continue;
    }
    const auto placeholder = placeholder_named(name);
    if (!placeholder) {
      std::string known;
      for (const std::string_view other : kPlaceholders) known += " {" + std::string(other) + "}";
      throw base::BadInput(std::string(what) + ": there is no placeholder {" + std::string(name) + "}; known:" + known);
    }
    if (!literal.empty()) prompt.pieces_.push_back({std::exchange(literal, {}), std::nullopt});
    prompt.pieces_.push_back({{}, placeholder});
    pattern.remove_prefix(close + 1);
  }
  if (!literal.empty()) prompt.pieces_.push_back({literal, std::nullopt});

  prompt.document_begin_ = prompt.document_end_ = prompt.pieces_.size();
  for (std::size_t i = prompt.pieces_.size(); i-- > 0;) {
    if (!prompt.pieces_[i].placeholder || !comes_from_document(*prompt.pieces_[i].placeholder)) continue;
    if (prompt.document_begin_ == prompt.pieces_.size()) prompt.document_end_ = i + 1;
    prompt.document_begin_ = i;
  }
  return prompt;
}

std::string Prompt::fill(std::size_t begin, std::size_t end, const PromptFields& fields) const {
  std::string result;
  for (std::size_t i = begin; i < end; ++i)
    result += pieces_[i].placeholder ? value_of(*pieces_[i].placeholder, fields) : pieces_[i].literal;
  return result;
}

std::string Prompt::fill(const PromptFields& fields) const {
  return fill(0, pieces_.size(), fields);
}

Prompt::Parts Prompt::parts(const PromptFields& fields) const {
  return {fill(0, document_begin_, fields), fill(document_begin_, document_end_, fields),
          fill(document_end_, pieces_.size(), fields)};
}

bool Prompt::mentions(std::string_view placeholder) const {
  return std::ranges::any_of(pieces_, [&](const Piece& piece) {
    return piece.placeholder && kPlaceholders[*piece.placeholder] == placeholder;
  });
}

std::string fit_document(const Prompt::Parts& parts, int max_tokens,
                         const std::function<int(std::string_view)>& count_tokens) {
  std::string whole = parts.before + parts.document + parts.after;
  if (count_tokens(whole) <= max_tokens) return whole;

  const std::vector<std::size_t> ends = boundaries(parts.document);
  const auto cut_at = [&](std::size_t code_points) {
    const auto document = stripped_at_end(std::string_view(parts.document).substr(0, ends[code_points]));
    return parts.before + std::string(document) + parts.after;
  };
  std::string best = parts.before + parts.after;
  if (const int needed = count_tokens(best); needed > max_tokens)
    throw base::BadInput("the prompt without its document has " + base::counted(needed, "token", "tokens") +
                         ", but the limit is " + std::to_string(max_tokens));
  std::size_t fits = 0, too_long = ends.size() - 1;  // in code points
  while (too_long - fits > 1) {
    const std::size_t middle = fits + (too_long - fits) / 2;
    std::string candidate = cut_at(middle);
    if (count_tokens(candidate) <= max_tokens) {
      best = std::move(candidate);
      fits = middle;
    } else {
      too_long = middle;
    }
  }
  return best;
}

}  // namespace heed::text
