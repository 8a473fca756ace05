#include "retrieve/local_model.h"

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

infer::Pooling pooling_of(recipe::Pooling pooling) {
  switch (pooling) {
    case recipe::Pooling::kMean:
      return infer::Pooling::kMean;
    case recipe::Pooling::kCls:
      return infer::Pooling::kCls;
    case recipe::Pooling::kLast:
      return infer::Pooling::kLast;
  }
  throw base::Bug("a pooling without a computation");
}

std::unique_ptr<BiEncoder> open(const LocalModelSource& source, const recipe::BiEncoderRecipe& recipe) {
  infer::EmbedderSettings settings;
  settings.pooling = pooling_of(recipe.pooling);
  settings.attention =
      recipe.attention == recipe::Attention::kCausal ? infer::Attention::kCausal : infer::Attention::kBidirectional;
  settings.normalize = recipe.normalize;
  auto tokenizer = text::Tokenizer::open(source.folder);
  auto embedder = infer::load_engine().open_embedder(files_of(source, recipe), settings, source.options);
  check_length(source, recipe.max_length, embedder->facts());
  return std::make_unique<BiEncoder>(recipe, std::move(tokenizer), std::move(embedder), source.options.threads);
}

std::unique_ptr<PairScorer> open(const LocalModelSource& source, const recipe::CrossEncoderRecipe& recipe) {
  auto tokenizer = std::make_shared<const text::Tokenizer>(text::Tokenizer::open(source.folder));
  auto classifier = infer::load_engine().open_classifier(files_of(source, recipe), source.options);
  check_length(source, recipe.max_length, classifier->facts());
  std::optional<text::TokenId> start;
  if (classifier->facts().architecture == "t5") start = recipe::start_of_t5(source.folder, *tokenizer);
  return std::make_unique<CrossEncoder>(recipe::ClassifiedPair(recipe, std::move(tokenizer), start),
                                        std::move(classifier), source.options.threads);
}

std::unique_ptr<PairScorer> open_answers(const LocalModelSource& source, const recipe::PromptRecipe& recipe,
                                         bool wants_t5) {
  auto tokenizer = std::make_shared<const text::Tokenizer>(text::Tokenizer::open(source.folder));
  auto answerer = infer::load_engine().open_answerer(files_of(source, recipe), source.options);
  const infer::ModelFacts& facts = answerer->facts();
  if ((facts.architecture == "t5") != wants_t5)
    throw BadInput(source.folder.string() + ": the recipe is a " + std::string(kind_name(source.recipe)) +
                   "'s, which " + facts.architecture + " is not");
  check_length(source, recipe.max_length, facts);
  recipe::AnswerPrompt prompt(source.recipe, std::move(tokenizer), facts.vocabulary);
  return std::make_unique<AnswerReranker>(std::move(prompt), std::move(answerer), source.options.threads);
}

std::unique_ptr<PairScorer> open(const LocalModelSource& source, const recipe::Seq2SeqRecipe& recipe) {
  return open_answers(source, recipe, true);
}

std::unique_ptr<PairScorer> open(const LocalModelSource& source, const recipe::DecoderRecipe& recipe) {
  return open_answers(source, recipe, false);
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
  const auto* recipe = std::get_if<recipe::BiEncoderRecipe>(&source.recipe.kind);
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
  if (std::holds_alternative<recipe::BiEncoderRecipe>(source.recipe.kind)) {
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
