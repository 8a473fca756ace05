#include "text/unigram.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "base/error.h"
#include "text/characters.h"

namespace heed::text {

namespace {

/// The number as Hugging Face's tokenizers have it, whose JSON reader rounds twice: the digits to a double, then that
/// divided by (or multiplied with) a power of ten. Where two ways to cut a word are worth the same, as often with
/// dashes, the last bit decides.
double as_serde_json(double exact) {
  std::array<char, 32> text{};
  std::string digits(text.data(),
                     std::to_chars(text.begin(), text.end(), exact, std::chars_format::scientific).ptr);  // "-1.25e+01"
  const std::size_t letter = digits.find('e');
  int exponent = std::stoi(digits.substr(letter + 1));
  digits.resize(letter);
  if (const std::size_t point = digits.find('.'); point != std::string::npos) {
    exponent -= static_cast<int>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  const auto whole = static_cast<double>(std::stoll(digits));
  const double power = std::pow(10.0, std::abs(exponent));
  return exponent < 0 ? whole / power : whole * power;
}

}  // namespace

/// The best way to come to a place in a word: from where, with which piece.
struct Unigram::Step {
  double score = 0;
  std::size_t begin = 0;
  TokenId id = -1;  // none yet
};

Unigram::Unigram(Vocabulary vocabulary, std::vector<double> scores, Options options)
    : vocabulary_(std::move(vocabulary)), scores_(std::move(scores)), options_(options), bytes_(vocabulary_) {
  base::check(static_cast<std::size_t>(vocabulary_.size()) == scores_.size() && options.unknown >= 0 &&
              options.unknown < vocabulary_.size());
  std::vector<std::pair<std::string_view, std::int32_t>> strings;
  strings.reserve(scores_.size());
  for (TokenId id = 0; id < vocabulary_.size(); ++id) strings.emplace_back(vocabulary_.piece(id).value_or(""), id);
  trie_ = ByteTrie(std::move(strings));
  constexpr double kUnknownPenalty = 10;  // SentencePiece, unigram_model.cc: kUnkPenalty
  unknown_score_ = *std::ranges::min_element(scores_) - kUnknownPenalty;
}

std::unique_ptr<SubwordModel> Unigram::read(const JsonPart& description) {
  const std::vector<JsonPart> pieces = description.list("vocab");
  if (pieces.size() > static_cast<std::size_t>(kMaxTokens)) description.fail("the vocabulary is too large");
  Vocabulary vocabulary;
  vocabulary.reserve(pieces.size());
  std::vector<double> scores;
  for (const JsonPart& part : pieces) {
    const format::IndexedJson& pair = part.value();
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_number())
      part.fail("is not a pair of a piece and its score");
    const auto& piece = pair[0].get_ref<const std::string&>();
    if (!vocabulary.add(piece, vocabulary.size())) part.fail("the piece \"" + piece + "\" is there twice");
    scores.push_back(as_serde_json(pair[1].get<double>()));
  }
  Options options;
  options.unknown = static_cast<TokenId>(description.integer("unk_id", 0, static_cast<long>(scores.size()) - 1));
  options.byte_fallback = description.flag_or("byte_fallback", false);
  return std::make_unique<Unigram>(std::move(vocabulary), std::move(scores), options);
}

std::vector<Unigram::Step> Unigram::best_steps(std::string_view word) const {
  std::vector<Step> steps(word.size() + 1);
  const auto offer = [&](std::size_t begin, std::size_t end, double score, TokenId id) {
    score += steps[begin].score;
    if (steps[end].id < 0 || score > steps[end].score) steps[end] = {score, begin, id};
  };
  for (std::size_t begin = 0; begin < word.size();) {
    std::size_t next = begin;
    next_code_point(word, next);
    bool has_single = false;
    trie_.prefixes(word.substr(begin), [&](std::size_t length, std::int32_t id) {
      has_single = has_single || begin + length == next;
      offer(begin, begin + length, scores_[static_cast<std::size_t>(id)], id);
    });
    if (!has_single) offer(begin, next, unknown_score_, options_.unknown);
    begin = next;
  }
  return steps;
}

void Unigram::append_unknown(std::string_view stretch, std::vector<TokenId>& ids) const {
  if (const auto known = vocabulary_.find(stretch))
    ids.push_back(*known);
  else if (!options_.byte_fallback || !bytes_.append(stretch, ids))
    ids.push_back(options_.unknown);
}

void Unigram::tokenize(std::string_view word, std::vector<TokenId>& ids) const {
  const std::vector<Step> steps = best_steps(word);
  std::vector<std::size_t> ends;
  for (std::size_t end = word.size(); end > 0; end = steps[end].begin) ends.push_back(end);
  for (std::size_t i = ends.size(); i-- > 0;) {
    const Step& step = steps[ends[i]];
    if (step.id != options_.unknown) {
      ids.push_back(step.id);
      continue;
    }
    const std::size_t begin = step.begin;
    while (i > 0 && steps[ends[i - 1]].id == options_.unknown) --i;
    append_unknown(word.substr(begin, ends[i] - begin), ids);
  }
}

}  // namespace heed::text
