#include "text/added_tokens.h"

#include <algorithm>

namespace heed::text {

namespace {

/// The code point that ends before byte `at`. REQUIRES: at > 0.
char32_t code_point_before(std::string_view text, std::size_t at) {
  std::size_t begin = at - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return next_code_point(text, begin);
}

char32_t code_point_at(std::string_view text, std::size_t at) {
  return next_code_point(text, at);
}

bool is_inside_word(std::string_view text, Span span) {
  return (span.begin > 0 && is_word(code_point_before(text, span.begin))) ||
         (span.end < text.size() && is_word(code_point_at(text, span.end)));
}

std::size_t without_space_before(std::string_view text, std::size_t at, std::size_t least) {
  while (at > least) {
    const char32_t c = code_point_before(text, at);
    if (!is_white_space(c)) break;
    std::string bytes;
    append_code_point(c, bytes);
    at -= bytes.size();
  }
  return std::max(at, least);
}

std::size_t without_space_after(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    std::size_t next = at;
    if (!is_white_space(next_code_point(text, next))) break;
    at = next;
  }
  return at;
}

}  // namespace

AddedTokenFinder::AddedTokenFinder(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::vector<std::pair<std::string_view, std::int32_t>> strings;
  for (std::size_t i = 0; i < tokens_.size(); ++i)
    strings.emplace_back(tokens_[i].content, static_cast<std::int32_t>(i));
  trie_ = ByteTrie(std::move(strings));
}

std::optional<AddedTokenFinder::Found> AddedTokenFinder::next(std::string_view text, std::size_t at) const {
  for (; at < text.size(); ++at) {
    std::optional<Found> longest;
    trie_.prefixes(text.substr(at), [&](std::size_t length, std::int32_t number) {
      longest = Found{&tokens_[static_cast<std::size_t>(number)], {at, at + length}};
    });
    if (longest) return longest;
  }
  return std::nullopt;
}

std::vector<Part> AddedTokenFinder::parts(std::string_view text) const {
  std::vector<Part> result;
  std::size_t done = 0;
  if (!trie_.empty())
    for (auto found = next(text, 0); found; found = next(text, found->span.end)) {
      const auto [token, written] = *found;
      if (token->single_word && is_inside_word(text, written)) continue;
      const std::size_t begin = token->lstrip ? without_space_before(text, written.begin, done) : written.begin;
      const std::size_t end = token->rstrip ? without_space_after(text, written.end) : written.end;
      if (done < begin) result.push_back({{done, begin}, std::nullopt});
      if (begin < end) result.push_back({{begin, end}, token->id});
      done = end;  // further left than before where the token stands in the white space that the one before took
    }
  if (done < text.size()) result.push_back({{done, text.size()}, std::nullopt});
  return result;
}

}  // namespace heed::text
