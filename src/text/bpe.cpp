#include "text/bpe.h"

#include <algorithm>
#include <bit>
#include <queue>

#include "base/error.h"
#include "text/characters.h"

namespace heed::text {

namespace {

constexpr std::int32_t kNone = -1;

std::uint64_t pair_of(TokenId left, TokenId right) {
  return (static_cast<std::uint64_t>(left) << 32) | static_cast<std::uint32_t>(right);
}

/// A merge that was possible when it was noted: of the symbol `left` and the one after it.
struct Candidate {
  std::int32_t rank = 0, left = 0;
  TokenId id = 0;
};

/// Puts the lowest rank, then the leftmost, on top of a heap.
bool comes_later(const Candidate& a, const Candidate& b) {
  return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
}

std::vector<Bpe::Merge> read_merges(const JsonPart& description) {
  std::vector<Bpe::Merge> merges;
  const JsonPart list = description.part("merges");
  if (!list.value().is_array()) list.fail("is not a list");
  merges.reserve(list.value().size());
  for (const format::IndexedJson& merge : list.value()) {
    if (merge.is_string()) {
      const auto& text = merge.get_ref<const std::string&>();
      if (text.starts_with("#version")) continue;
      const std::size_t blank = text.find(' ');
      if (blank == std::string::npos || text.find(' ', blank + 1) != std::string::npos)
        list.fail("\"" + text + "\" is not two pieces with a blank between them");
      merges.push_back({text.substr(0, blank), text.substr(blank + 1)});
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      merges.push_back({merge[0].get<std::string>(), merge[1].get<std::string>()});
    } else {
      list.fail("has an element that is neither a string nor a pair of strings");
    }
  }
  return merges;
}

}  // namespace

/// A piece of a word on its way to be merged, in a list of neighbours.
struct Bpe::Symbol {
  TokenId id = 0;
  std::uint32_t begin = 0, end = 0;
  std::int32_t previous = kNone, next = kNone;
  bool gone = false;  // merged into the one before
};

Bpe::Bpe(Vocabulary vocabulary, Options options)
    : vocabulary_(std::move(vocabulary)), options_(std::move(options)), bytes_(vocabulary_) {
  if (!options_.unknown) return;
  const auto unknown = vocabulary_.find(*options_.unknown);
  if (!unknown) throw base::BadInput("the unknown token \"" + *options_.unknown + "\" is not in the vocabulary");
  unknown_ = *unknown;
}

Bpe::Bpe(Vocabulary vocabulary, const std::vector<Merge>& merges, Options options)
    : Bpe(std::move(vocabulary), std::move(options)) {
  entries_.resize(std::bit_ceil(2 * merges.size() + 1));
  for (std::size_t rank = 0; rank < merges.size(); ++rank) add_merge(merges[rank], static_cast<std::int32_t>(rank));
}

std::unique_ptr<SubwordModel> Bpe::by_ids(Vocabulary vocabulary) {
  Options options;
  options.ignore_merges = true;
  std::unique_ptr<Bpe> model(new Bpe(std::move(vocabulary), options));
  model->by_ids_ = true;
  return model;
}

std::unique_ptr<SubwordModel> Bpe::read(const JsonPart& description) {
  if (description.has("dropout") && description.part("dropout").value() != 0)
    description.part("dropout").fail("is not supported, as it makes tokens random");
  Options options;
  if (description.has("unk_token")) options.unknown = description.text("unk_token");
  options.continuing_prefix = description.text_or("continuing_subword_prefix", "");
  options.end_suffix = description.text_or("end_of_word_suffix", "");
  options.fuse_unknown = description.flag_or("fuse_unk", false);
  options.byte_fallback = description.flag_or("byte_fallback", false);
  options.ignore_merges = description.flag_or("ignore_merges", false);
  Vocabulary vocabulary = read_vocabulary(description);
  try {
    return std::make_unique<Bpe>(std::move(vocabulary), read_merges(description), std::move(options));
  } catch (const base::BadInput& error) {
    if (std::string_view(error.what()).find(": ") != std::string_view::npos) throw;  // it names its place
    description.fail(error.what());
  }
}

std::size_t Bpe::slot_of(std::uint64_t pair) const {
  const std::size_t mask = entries_.size() - 1;
  std::size_t slot = (pair * 0x9E3779B97F4A7C15U) >> 20 & mask;  // Fibonacci hashing
  while (entries_[slot].pair != pair && entries_[slot].pair != Entry().pair) slot = (slot + 1) & mask;
  return slot;
}

void Bpe::add_merge(const Merge& merge, std::int32_t rank) {
  const std::size_t prefix =
      merge.right.starts_with(options_.continuing_prefix) ? options_.continuing_prefix.size() : 0;
  const std::string whole = merge.left + merge.right.substr(prefix);
  const auto known = [&](const std::string& piece) {
    const auto id = vocabulary_.find(piece);
    if (!id) throw base::BadInput("a merge names \"" + piece + "\", which is not in the vocabulary");
    return *id;
  };
  const std::uint64_t pair = pair_of(known(merge.left), known(merge.right));
  entries_[slot_of(pair)] = {pair, {rank, known(whole)}};
}

std::optional<Bpe::Merged> Bpe::merged(std::string_view word, const Symbol& left, const Symbol& right) const {
  if (by_ids_) {
    const auto id = vocabulary_.find(word.substr(left.begin, right.end - left.begin));
    return id ? std::optional<Merged>({*id, *id}) : std::nullopt;
  }
  const Entry& entry = entries_[slot_of(pair_of(left.id, right.id))];
  return entry.pair != Entry().pair ? std::optional(entry.merged) : std::nullopt;
}

std::vector<Bpe::Symbol> Bpe::symbols_of(std::string_view word) const {
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  std::optional<Symbol> unknown;  // waits for another to be fused with
  const auto add = [&](TokenId id, std::size_t begin, std::size_t end) {
    symbols.push_back({.id = id, .begin = static_cast<std::uint32_t>(begin), .end = static_cast<std::uint32_t>(end)});
  };
  const auto add_unknown = [&] {
    if (unknown) symbols.push_back(*unknown);
    unknown.reset();
  };
  std::string decorated;
  std::vector<TokenId> bytes;
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t begin = at;
    next_code_point(word, at);
    std::string_view piece = word.substr(begin, at - begin);
    if (!options_.continuing_prefix.empty() || !options_.end_suffix.empty()) {
      decorated = (begin > 0 ? options_.continuing_prefix : "") + std::string(piece) +
                  (at == word.size() ? options_.end_suffix : "");
      piece = decorated;
    }
    if (const auto id = vocabulary_.find(piece)) {
      add_unknown();
      add(*id, begin, at);
      continue;
    }
    bytes.clear();
    if (options_.byte_fallback && bytes_.append(piece, bytes)) {
      for (const TokenId id : bytes) add(id, begin, at);
      continue;
    }
    if (unknown_ < 0) continue;
    if (!options_.fuse_unknown) add_unknown();
    if (!unknown) unknown = Symbol{.id = unknown_, .begin = static_cast<std::uint32_t>(begin)};
    unknown->end = static_cast<std::uint32_t>(at);
  }
  add_unknown();
  return symbols;
}

void Bpe::merge_all(std::string_view word, std::vector<Symbol>& symbols) const {
  std::vector<Candidate> heap;
  heap.reserve(symbols.size());
  const auto at = [&](std::int32_t i) -> Symbol& { return symbols[static_cast<std::size_t>(i)]; };
  const auto note = [&](std::int32_t left) {
    const auto found = merged(word, at(left), at(at(left).next));
    if (found) heap.push_back({found->rank, left, found->id});
    return found.has_value();
  };
  const auto count = static_cast<std::int32_t>(symbols.size());
  for (std::int32_t i = 0; i < count; ++i) {
    at(i).previous = i - 1;
    at(i).next = i + 1 < count ? i + 1 : kNone;
  }
  for (std::int32_t i = 0; i + 1 < count; ++i) note(i);
  std::ranges::make_heap(heap, comes_later);
  while (!heap.empty()) {
    const Candidate best = heap.front();
    std::ranges::pop_heap(heap, comes_later);
    heap.pop_back();
    Symbol& left = at(best.left);
    if (left.gone || left.next == kNone) continue;
    Symbol& right = at(left.next);
    if (const auto now = merged(word, left, right); !now || now->id != best.id) continue;  // they have changed since
    left.id = best.id;
    left.end = right.end;
    left.next = right.next;
    right.gone = true;
    if (left.next != kNone) at(left.next).previous = best.left;
    if (left.previous != kNone && note(left.previous)) std::ranges::push_heap(heap, comes_later);
    if (left.next != kNone && note(best.left)) std::ranges::push_heap(heap, comes_later);
  }
}

void Bpe::tokenize(std::string_view word, std::vector<TokenId>& ids) const {
  if (options_.ignore_merges)
    if (const auto whole = vocabulary_.find(word)) {
      ids.push_back(*whole);
      return;
    }
  std::vector<Symbol> symbols = symbols_of(word);
  merge_all(word, symbols);
  for (const Symbol& symbol : symbols)
    if (!symbol.gone) ids.push_back(symbol.id);
}

}  // namespace heed::text
