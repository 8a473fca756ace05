#include "text/charsmap.h"

#include <memory>

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include "base/error.h"
#include "text/characters.h"

namespace heed::text {

namespace {

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = (value << 8) | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  return value;
}

// What the bits of a unit of the double array mean (Darts-clone, which SentencePiece uses).
std::uint32_t label(std::uint32_t unit) {
  return unit & ((1U << 31) | 0xFF);
}
std::uint32_t offset(std::uint32_t unit) {
  return (unit >> 10) << ((unit & (1U << 9)) >> 6);
}
bool has_leaf(std::uint32_t unit) {
  return ((unit >> 8) & 1) != 0;
}
std::uint32_t value(std::uint32_t unit) {
  return unit & ~(1U << 31);
}

/// Where the grapheme clusters of a text end. Each thread keeps an iterator, as making one takes long.
class Clusters {
 public:
  explicit Clusters(std::string_view text) {
    thread_local const std::unique_ptr<icu::BreakIterator> breaks = made();
    breaks_ = breaks.get();
    UErrorCode status = U_ZERO_ERROR;
    text_ = utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &status);
    breaks_->setText(text_, status);
    base::check(U_SUCCESS(status) != 0);
  }
  ~Clusters() { utext_close(text_); }
  Clusters(const Clusters&) = delete;
  Clusters& operator=(const Clusters&) = delete;

  std::optional<std::size_t> next_end() {
    const int32_t end = breaks_->next();
    return end == icu::BreakIterator::DONE ? std::nullopt : std::optional(static_cast<std::size_t>(end));
  }

 private:
  static std::unique_ptr<icu::BreakIterator> made() {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> breaks(
        icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
    base::check(U_SUCCESS(status) != 0);
    return breaks;
  }

  icu::BreakIterator* breaks_ = nullptr;
  UText* text_ = nullptr;
};

bool is_ascii_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]) < 0x80;
}

/// The end of the stretch from `at` in which clusters may be longer than a character: up to where two ASCII characters
/// meet that are no line end.
std::size_t end_of_mixed(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at)
    if (is_ascii_at(text, at - 1) && is_ascii_at(text, at) && text[at - 1] != '\r') break;
  return at;
}

}  // namespace

Charsmap::Charsmap(std::string_view blob) {
  if (blob.size() < 4) throw base::BadInput("the table of characters is too short");
  const std::size_t size = little_endian(blob);
  if (size % 4 != 0 || size == 0 || size > blob.size() - 4)
    throw base::BadInput("the table of characters is damaged: its trie is not of the size that it says");
  for (std::size_t at = 4; at < 4 + size; at += 4) units_.push_back(little_endian(blob.substr(at)));
  texts_ = blob.substr(4 + size);
}

bool Charsmap::is_closed() const {
  if (texts_.empty() || texts_.back() != '\0') return false;
  for (std::size_t at = 0; at < units_.size(); ++at) {
    const bool is_leaf = (units_[at] >> 31) != 0;
    const std::size_t reach = is_leaf ? value(units_[at]) : (at ^ offset(units_[at])) | 0xFF;
    if (reach >= (is_leaf ? texts_.size() : units_.size())) return false;
  }
  return true;
}

std::optional<std::string_view> Charsmap::mapped(std::string_view chunk) const {
  std::size_t node = offset(units_[0]);
  for (const char c : chunk) {
    const auto byte = static_cast<unsigned char>(c);
    node ^= byte;
    if (byte == 0 || node >= units_.size() || label(units_[node]) != byte) return std::nullopt;
    const std::uint32_t unit = units_[node];
    node ^= offset(unit);
    if (!has_leaf(unit)) continue;
    if (node >= units_.size() || value(units_[node]) >= texts_.size()) return std::nullopt;
    const std::string_view found = std::string_view(texts_).substr(value(units_[node]));
    return found.substr(0, found.find('\0'));
  }
  return std::nullopt;
}

void Charsmap::append_cluster(std::string_view cluster, std::string& result) const {
  constexpr std::size_t kLongestWhole = 5;
  if (cluster.size() <= kLongestWhole)
    if (const auto found = mapped(cluster)) {
      result += *found;
      return;
    }
  for (std::size_t at = 0; at < cluster.size();) {
    const std::size_t begin = at;
    next_code_point(cluster, at);
    const std::string_view one = cluster.substr(begin, at - begin);
    result += mapped(one).value_or(one);
  }
}

std::string Charsmap::normalize(std::string_view text) const {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_mixed(text, at);
    const std::string_view stretch = text.substr(at, end - at);
    at = end;
    if (stretch.size() == 1) {
      append_cluster(stretch, result);
      continue;
    }
    Clusters clusters(stretch);
    std::size_t begin = 0;
    while (const auto cluster_end = clusters.next_end()) {
      append_cluster(stretch.substr(begin, *cluster_end - begin), result);
      begin = *cluster_end;
    }
  }
  return repaired(result);
}

}  // namespace heed::text
