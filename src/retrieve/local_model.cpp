#include "retrieve/local_model.h"

#include <limits>

#include "base/error.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "format/json.h"
#include "infer/load_engine.h"
#include "retrieve/answer_reranker.h"
#include "retrieve/cross_encoder.h"
#include "retrieve/model_files.h"

namespace heed::retrieve {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

template <class Recipe>
infer::ModelFiles files_of(const LocalModelSource& source, const Recipe& recipe) {
  infer::ModelFiles files{source.folder, source.adapter};
  if (!files.adapter && recipe.adapter) files.adapter = source.folder / *recipe.adapter;
  if (files.adapter && !fs::is_directory(*files.adapter))
    throw BadInput("the recipe of " + source.name + " wants the adapter " + recipe.adapter.value_or("") +
                   ", but there is no folder " + files.adapter->string() + "; --adapter names it");
  return files;
}

void check_length(const LocalModelSource& source, int max_length, const infer::ModelFacts& facts) {
  if (max_length > facts.positions)
    throw BadInput(source.folder.string() + ": the recipe's max_length is " + std::to_string(max_length) +
                   ", but the model has " + std::to_string(facts.positions) + " positions");
}

infer::Pooling pooling_of(Pooling pooling) {
  switch (pooling) {
    case Pooling::kMean:
      return infer::Pooling::kMean;
    case Pooling::kCls:
      return infer::Pooling::kCls;
    case Pooling::kLast:
      return infer::Pooling::kLast;
  }
  throw base::Bug("a pooling without a computation");
}

std::unique_ptr<BiEncoder> open(const LocalModelSource& source, const BiEncoderRecipe& recipe) {
  infer::EmbedderSettings settings;
  settings.pooling = pooling_of(recipe.pooling);
  settings.attention =
      recipe.attention == Attention::kCausal ? infer::Attention::kCausal : infer::Attention::kBidirectional;
  settings.normalize = recipe.normalize;
  auto tokenizer = text::Tokenizer::open(source.folder);
  auto embedder = infer::load_engine().open_embedder(files_of(source, recipe), settings, source.options);
  check_length(source, recipe.max_length, embedder->facts());
  return std::make_unique<BiEncoder>(recipe, std::move(tokenizer), std::move(embedder), source.options.threads);
}

/// EncT5 reads `<s> A </s> B </s>`: the id of `<s>` is what its tokenizer was given for it, or bos_token_id.
std::optional<text::TokenId> start_of_t5(const LocalModelSource& source, const text::Tokenizer& tokenizer) {
  if (const auto id = tokenizer.id("<s>")) return id;
  const fs::path file = source.folder / "config.json";
  const format::Json config = format::read_json(file);
  const auto bos = config.find("bos_token_id");
  if (bos == config.end() || !bos->is_number_integer() || *bos < 0 || *bos > std::numeric_limits<text::TokenId>::max())
    throw BadInput(source.folder.string() +
                   ": a classifier on t5 reads <s> first, which neither the tokenizer nor bos_token_id has");
  return bos->get<text::TokenId>();
}

std::unique_ptr<PairScorer> open(const LocalModelSource& source, const CrossEncoderRecipe& recipe) {
  auto tokenizer = text::Tokenizer::open(source.folder);
  auto classifier = infer::load_engine().open_classifier(files_of(source, recipe), source.options);
  check_length(source, recipe.max_length, classifier->facts());
  const bool is_t5 = classifier->facts().architecture == "t5";
  const auto start = is_t5 ? start_of_t5(source, tokenizer) : std::nullopt;
  return std::make_unique<CrossEncoder>(recipe, std::move(tokenizer), std::move(classifier), start,
                                        source.options.threads);
}

std::unique_ptr<PairScorer> open_answers(const LocalModelSource& source, const PromptRecipe& recipe,
                                         text::Specials specials, bool wants_t5) {
  auto tokenizer = text::Tokenizer::open(source.folder);
  auto answerer = infer::load_engine().open_answerer(files_of(source, recipe), source.options);
  if ((answerer->facts().architecture == "t5") != wants_t5)
    throw BadInput(source.folder.string() + ": the recipe is a " + std::string(kind_name(source.recipe)) +
                   "'s, which " + answerer->facts().architecture + " is not");
  check_length(source, recipe.max_length, answerer->facts());
  return std::make_unique<AnswerReranker>(recipe, specials, std::move(tokenizer), std::move(answerer),
                                          source.options.threads);
}

std::unique_ptr<PairScorer> open(const LocalModelSource& source, const Seq2SeqRecipe& recipe) {
  return open_answers(source, recipe, text::Specials::kAll, true);
}

std::unique_ptr<PairScorer> open(const LocalModelSource& source, const DecoderRecipe& recipe) {
  return open_answers(source, recipe, recipe.add_bos ? text::Specials::kAll : text::Specials::kNone, false);
}

std::string identity_of(const LocalModelSource& source, const infer::ModelFacts& facts) {
  base::Digest tokenizer;
  for (const std::string_view name : tokenizer_files())
    if (base::is_there(source.folder / name))
      tokenizer.add_field(name).add_field(base::read_file(source.folder / name));
  return source.name + ", weights " + facts.fingerprint + ", tokenizer " + tokenizer.finish().hex() + ", " +
         name_of(facts.precision) + ", recipe " + to_json(source.recipe).dump();
}

}  // namespace

std::unique_ptr<PairScorer> open_scorer(const LocalModelSource& source) {
  return std::visit([&](const auto& recipe) -> std::unique_ptr<PairScorer> { return open(source, recipe); },
                    source.recipe.kind);
}

std::unique_ptr<BiEncoder> open_bi_encoder(const LocalModelSource& source) {
  const auto* recipe = std::get_if<BiEncoderRecipe>(&source.recipe.kind);
  if (recipe == nullptr)
    throw BadInput(source.name + " is a " + std::string(kind_name(source.recipe)) +
                   ": only a bi-encoder gives vectors of texts");
  return open(source, *recipe);
}

namespace {

Model model_of(const LocalModelSource& source, const infer::ModelFacts& facts) {
  const std::string identity = identity_of(source, facts);
  Model model{.name = source.name,
              .explanation = std::string(kind_name(source.recipe)) + " in " + source.folder.string(),
              .scores_each_document_alone = true,
              .dtype = name_of(facts.precision)};
  model.identity = [identity] { return identity; };
  model.uses_all_threads = true;
  return model;
}

}  // namespace

Model open_model(const LocalModelSource& source) {
  if (std::holds_alternative<BiEncoderRecipe>(source.recipe.kind)) {
    const std::shared_ptr<BiEncoder> encoder = open_bi_encoder(source);
    Model model = model_of(source, encoder->facts());
    model.makes_vectors = true;
    model.open = [encoder](VectorStore* vectors) { return std::make_unique<VectorReranker>(encoder, vectors); };
    model.open_encoder = [encoder](VectorStore* vectors) { return std::make_unique<VectorReranker>(encoder, vectors); };
    return model;
  }
  const std::shared_ptr<PairScorer> scorer = open_scorer(source);
  Model model = model_of(source, scorer->facts());
  model.open = [scorer](VectorStore*) { return std::make_unique<PairReranker>(scorer); };
  return model;
}

}  // namespace heed::retrieve
