#include "retrieve/remote_model.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <set>

#include "base/error.h"
#include "base/parallel.h"
#include "net/json_service.h"

namespace heed::retrieve {

using base::BadInput;
using base::BadUsage;
using base::Fingerprint;
using base::Unavailable;
using collection::Document;
using collection::Need;
using format::Json;

namespace {

constexpr long kCharactersPerToken = 4;  // of English, about

const ApiShape& shape_of(const RemoteRecipe& recipe) {
  const ApiShape* const shape = find_api_shape(recipe.api);
  base::check(shape != nullptr);
  return *shape;
}

/// The service's path with the model's name in it.
std::string path_of(const ApiShape& shape, const std::string& model) {
  constexpr std::string_view kModel = "{model}";
  std::string path(shape.path);
  if (const std::size_t at = path.find(kModel); at != std::string::npos) path.replace(at, kModel.size(), model);
  return path;
}

/// What a text begins with, for a complaint.
std::string beginning(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) return '"' + text + '"';
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return '"' + text.substr(0, end) + "...\"";
}

/// "6.9 million", "12,345".
std::string amount(double number) {
  char text[64];
  if (number >= 1e6)
    std::snprintf(text, sizeof text, "%.1f million", number / 1e6);
  else
    std::snprintf(text, sizeof text, "%.0f", number);
  return text;
}

std::string usd(double amount) {
  char text[64];
  std::snprintf(text, sizeof text, amount < 0.995 ? "%.2g" : "%.2f", amount);
  return std::string(text) + " USD";
}

net::ServiceSettings service_settings(const RemoteModelSource& source) {
  const RemoteRecipe& recipe = source.recipe;
  const ApiShape& shape = shape_of(recipe);
  net::ServiceSettings settings;
  settings.url = address_of(recipe);
  if (!source.key.empty())
    settings.key = recipe.key_header.empty()
                       ? net::Header{std::string(shape.key_header), std::string(shape.key_prefix) + source.key}
                       : net::Header{recipe.key_header, source.key};
  const std::string variable = source.key_origin.empty() ? std::string(shape.key_env) : source.key_origin;
  settings.key_hint = source.key.empty() ? "no key was sent: --key-env names the environment's variable that holds it"
                                         : "is the one in " + variable + " right?";
  settings.concurrency = recipe.concurrency;
  settings.patience.attempts = recipe.attempts;
  settings.patience.silence = std::chrono::seconds(recipe.timeout_s);
  settings.patience.whole = settings.patience.silence;  // answers come at once; and curl counts what it sends as life
  settings.patience.connect = std::min(settings.patience.connect, settings.patience.silence);
  settings.hooks = source.hooks;
  return settings;
}

/// A service and what is known of it; shared by all rerankers of the model.
class Remote {
 public:
  explicit Remote(const RemoteModelSource& source)
      : recipe_(source.recipe),
        shape_(shape_of(source.recipe)),
        service_(service_settings(source)),
        batch_(static_cast<std::size_t>(recipe_.batch > 0 ? recipe_.batch : shape_.batch)) {}

  const RemoteRecipe& recipe() const { return recipe_; }
  const ApiShape& shape() const { return shape_; }
  const net::JsonService& service() const { return service_; }
  std::size_t batch() const { return batch_; }

  Json body(Json request) const {
    request.merge_patch(recipe_.extra);
    return request;
  }

  using Send = std::function<void(std::span<const std::string> piece)>;

  /// Calls send() for the first of the texts, as many as the service takes, and says how many they were: a piece that
  /// it refuses as too large is halved, and so are those that come later. Throws BadInput for a single one.
  std::size_t in_one_batch(std::span<const std::string> texts, const std::string& who, const Send& send) {
    for (;;) {
      const auto piece = texts.first(fitting(texts));
      try {
        send(piece);
        return piece.size();
      } catch (const net::TooLarge& refused) {
        if (piece.size() == 1)
          throw BadInput(who + " that begins " + beginning(piece.front()) + " is too long for the model: " +
                         refused.what() + (shape_.answers() ? "; \"max_characters\" in a recipe cuts documents" : ""));
        const std::size_t half = piece.size() / 2;
        std::size_t batch = batch_;
        while (half < batch && !batch_.compare_exchange_weak(batch, half)) {
        }
      }
    }
  }

  /// The same for all of the texts, in order.
  void in_batches(std::span<const std::string> texts, const std::string& who, const Send& send) {
    while (!texts.empty()) texts = texts.subspan(in_one_batch(texts, who, send));
  }

  /// Each vector is as long as the first that came.
  void check_dimensions(std::span<const std::vector<float>> vectors) {
    for (const auto& vector : vectors) {
      std::size_t known = 0;
      if (!dimensions_.compare_exchange_strong(known, vector.size()) && known != vector.size())
        throw net::Nonsense("a vector has " + std::to_string(vector.size()) + " numbers, others have " +
                            std::to_string(known));
    }
  }

  /// Counts an answer in which one of the two words was missing, and tells of it now and then.
  void count_lacking() {
    const long count = ++lacking_;
    long told = 1;
    while (told < count) told *= 10;
    if (count == told)
      service_.notice("one of the answers \"" + recipe_.yes + "\" and \"" + recipe_.no + "\" was not among the " +
                      std::to_string(recipe_.logprobs) + " likeliest tokens " + base::counted(count, "time", "times") +
                      " so far; it counts as likely as it can have been at most");
  }

 private:
  /// How many of the texts go into one request.
  std::size_t fitting(std::span<const std::string> texts) const {
    const std::size_t most = std::min(texts.size(), batch_.load());
    std::size_t characters = 0;
    for (std::size_t count = 0; count < most; ++count) {
      characters += texts[count].size();
      if (count > 0 && shape_.characters > 0 && characters > shape_.characters) return count;
    }
    return most;
  }

  RemoteRecipe recipe_;
  const ApiShape& shape_;
  net::JsonService service_;
  std::atomic<std::size_t> batch_;
  std::atomic<std::size_t> dimensions_{0};
  std::atomic<long> lacking_{0};
};

/// What the work costs, as far as one can know before it.
std::string bill_of(const Remote& remote, double characters, long requests) {
  const double tokens = characters / kCharactersPerToken;
  std::string text = "about " + amount(tokens) + " tokens (taken as 4 characters each) in " +
                     base::counted(requests, "request", "requests") + " to " + net::origin_of(remote.service().url());
  const bool is_by_search = remote.shape().unit == PriceUnit::kThousandSearches;
  if (const auto price = remote.recipe().price) {
    const double cost = is_by_search ? static_cast<double>(requests) / 1000 * *price : tokens / 1e6 * *price;
    text += ": about " + usd(cost) + " at " + usd(*price) +
            (is_by_search ? " per thousand searches of up to 100 short documents" : " per million tokens");
  } else {
    text += "; --price tells heed what that costs";
  }
  return text;
}

/// Nothing that is free and on this machine needs a bill.
bool is_free(const Remote& remote) {
  return !remote.recipe().price && net::is_local(remote.service().url());
}

long ceil_div(long count, std::size_t size) {
  const long divisor = static_cast<long>(size);
  return (count + divisor - 1) / divisor;
}

/// A model that embeds.
class RemoteEmbeddings : public Reranker, public RemoteEncoder, public TextEncoder {
 public:
  RemoteEmbeddings(std::shared_ptr<Remote> remote, VectorStore* store) : remote_(std::move(remote)) {
    kept_.keep_in(store);
  }

  std::vector<std::vector<float>> encode(TextRole role, std::span<const std::string> texts) override {
    const std::size_t batch = remote_->batch(), chunks = (texts.size() + batch - 1) / batch;
    std::vector<std::vector<std::vector<float>>> parts(chunks);
    base::parallel_for(chunks, remote_->recipe().concurrency, [&](int, std::size_t c) {
      const auto chunk = texts.subspan(c * batch, std::min(batch, texts.size() - c * batch));
      while (parts[c].size() < chunk.size())
        std::ranges::move(encode_some(role, chunk.subspan(parts[c].size())), std::back_inserter(parts[c]));
    });
    std::vector<std::vector<float>> vectors;
    for (auto& part : parts) std::ranges::move(part, std::back_inserter(vectors));
    return vectors;
  }

  std::vector<std::vector<double>> score(std::span<const Need> needs, std::span<const Document> documents) override {
    const auto vectors = encode(needs, documents);
    std::vector<std::vector<double>> scores(needs.size());
    for (std::size_t i = 0; i < needs.size(); ++i)
      for (std::size_t j = 0; j < documents.size(); ++j)
        scores[i].push_back(retrieve::similarity(similarity(), vectors[i], vectors[needs.size() + j]));
    return scores;
  }

  recipe::Similarity similarity() const override { return remote_->recipe().similarity; }

  std::vector<std::span<const float>> encode(std::span<const Need> needs,
                                             std::span<const Document> documents) override {
    const Texts all = texts_of(needs, documents);
    prepare(all, {});
    std::vector<std::span<const float>> vectors;
    for (const Fingerprint& key : all.keys) {
      vectors.emplace_back(kept_[key].elements);
      if (vectors.back().size() != vectors.front().size())
        throw Unavailable(remote_->service().complaint("its vectors have other lengths than before"));
    }
    return vectors;
  }

  void prepare(std::span<const Need> needs, std::span<const Document> documents, const Progress& progress) override {
    prepare(texts_of(needs, documents), progress);
  }

  TextCount unprepared(std::span<const Need> needs, std::span<const Document> documents) override {
    const Texts all = texts_of(needs, documents);
    TextCount count;
    for (const std::size_t position : kept_.missing(all.keys)) {
      ++count.texts;
      count.characters += static_cast<long>(all.texts[position].size());
    }
    return count;
  }

  std::optional<Embedded> embedded(std::span<const Need> needs, std::span<const Document> documents) override {
    const Texts texts = texts_of(needs, documents);
    const auto border = texts.keys.begin() + static_cast<std::ptrdiff_t>(needs.size());
    const std::set queries(texts.keys.begin(), border), all_documents(border, texts.keys.end());
    const std::set all(texts.keys.begin(), texts.keys.end());
    return Embedded{.queries = static_cast<long>(queries.size()),
                    .documents = static_cast<long>(all_documents.size()),
                    .computed = kept_.times_computed(std::vector(all.begin(), all.end()))};
  }

  std::optional<std::string> bill(const Workload& work) const override {
    if (is_free(*remote_) || work.texts.texts == 0) return std::nullopt;
    return bill_of(*remote_, static_cast<double>(work.texts.characters), ceil_div(work.texts.texts, remote_->batch()));
  }

 private:
  struct Texts {
    std::vector<std::string> texts;
    std::vector<TextRole> roles;
    std::vector<Fingerprint> keys;
  };

  static Fingerprint key(TextRole role, const std::string& text) {
    base::Digest digest;
    digest.add_field(role == TextRole::kQuery ? "query" : "document").add_field(text);
    return digest.finish();
  }

  Texts texts_of(std::span<const Need> needs, std::span<const Document> documents) const {
    Texts all;
    const auto add = [&](TextRole role, std::string text) {
      all.keys.push_back(key(role, text));
      all.roles.push_back(role);
      all.texts.push_back(std::move(text));
    };
    for (const Need& need : needs) add(TextRole::kQuery, query_text(remote_->recipe(), need));
    for (const Document& document : documents) add(TextRole::kDocument, document_text(remote_->recipe(), document));
    return all;
  }

  void prepare(const Texts& all, const Progress& progress) {
    // A request has texts of one role, so that the chunks of queries and documents are cut apart; but what is scored
    // after has to be there together.
    VectorWork work;
    work.chunk = remote_->batch();
    work.threads = remote_->recipe().concurrency;
    work.compute = [&](std::span<const std::size_t> positions) { return compute(all, positions); };
    work.progress = progress;
    kept_.prepare(all.keys, work);
  }

  /// Of the first of the texts: as many as one request takes.
  std::vector<std::vector<float>> encode_some(TextRole role, std::span<const std::string> texts) const {
    const auto& shape = std::get<EmbeddingShape>(remote_->shape().family);
    std::vector<std::vector<float>> vectors;
    const std::string who = role == TextRole::kQuery ? "the query" : "the document";
    remote_->in_one_batch(texts, who, [&](std::span<const std::string> piece) {
      const Json body = remote_->body(shape.request(remote_->recipe(), role, piece));
      vectors = remote_->service().ask(body, [&](const Json& answer) {
        auto read = shape.vectors(answer, piece.size());
        remote_->check_dimensions(read);
        return read;
      });
    });
    return vectors;
  }

  /// What one request gives of the first of the texts at these positions, which are of one role; so that a failure of
  /// the next loses nothing.
  std::vector<Vector> compute(const Texts& all, std::span<const std::size_t> positions) {
    const TextRole role = all.roles[positions.front()];
    std::vector<std::string> texts;
    for (const std::size_t position : positions) {
      if (all.roles[position] != role) break;
      texts.push_back(all.texts[position]);
    }
    std::vector<Vector> vectors;
    for (auto& elements : encode_some(role, texts)) vectors.push_back({std::move(elements)});
    return vectors;
  }

  std::shared_ptr<Remote> remote_;
  KeptVectors kept_;
};

/// A service that scores documents for a query.
class RemoteReranker : public Reranker {
 public:
  explicit RemoteReranker(std::shared_ptr<Remote> remote) : remote_(std::move(remote)) {}

  std::vector<std::vector<double>> score(std::span<const Need> needs, std::span<const Document> documents) override {
    const auto& shape = std::get<RerankShape>(remote_->shape().family);
    std::vector<std::string> texts;
    for (const Document& document : documents) texts.push_back(document_text(remote_->recipe(), document));
    std::vector<std::vector<double>> scores;
    for (const Need& need : needs) {
      const std::string query = query_text(remote_->recipe(), need);
      auto& row = scores.emplace_back();
      remote_->in_batches(
          texts, "with the query " + beginning(query) + ", the document", [&](std::span<const std::string> piece) {
            const Json body = remote_->body(shape.request(remote_->recipe(), query, piece));
            const auto some =
                remote_->service().ask(body, [&](const Json& answer) { return shape.scores(answer, piece.size()); });
            row.insert(row.end(), some.begin(), some.end());
          });
    }
    return scores;
  }

  std::optional<std::string> bill(const Workload& work) const override {
    if (is_free(*remote_) || work.pairs == 0) return std::nullopt;
    const long requests = std::max(work.requests, ceil_div(work.pairs, remote_->batch()));
    return bill_of(*remote_, static_cast<double>(work.pair_characters), requests);
  }

 private:
  std::shared_ptr<Remote> remote_;
};

/// A text without the white space at its ends, nor the marks that stand for a blank in vocabularies.
std::string_view bare(std::string_view token) {
  constexpr std::string_view kBlanks[] = {" ", "\n", "\t", "\r", "\u2581", "\u0120"};
  for (bool changed = true; changed;) {
    changed = false;
    for (const std::string_view blank : kBlanks) {
      if (token.starts_with(blank)) token.remove_prefix(blank.size()), changed = true;
      if (token.ends_with(blank)) token.remove_suffix(blank.size()), changed = true;
    }
  }
  return token;
}

/// A language model that is asked for one of two words.
class RemoteAnswers : public Reranker {
 public:
  explicit RemoteAnswers(std::shared_ptr<Remote> remote) : remote_(std::move(remote)) {}

  std::vector<std::vector<double>> score(std::span<const Need> needs, std::span<const Document> documents) override {
    std::vector<std::vector<double>> scores;
    for (const Need& need : needs) {
      std::vector<std::string> prompts;
      for (const Document& document : documents) prompts.push_back(prompt_text(remote_->recipe(), need, document));
      auto& row = scores.emplace_back();
      for (const LikelyTokens& tokens : tokens_after(prompts)) row.push_back(score_of(tokens));
    }
    return scores;
  }

  std::optional<std::string> bill(const Workload& work) const override {
    if (is_free(*remote_) || work.pairs == 0) return std::nullopt;
    const double around = static_cast<double>(remote_->recipe().prompt.pattern().size());
    return bill_of(*remote_, static_cast<double>(work.pair_characters) + around * static_cast<double>(work.pairs),
                   ceil_div(work.pairs, remote_->batch()));
  }

 private:
  std::vector<LikelyTokens> tokens_after(std::span<const std::string> prompts) {
    const auto& shape = std::get<AnswerShape>(remote_->shape().family);
    std::vector<LikelyTokens> tokens;
    remote_->in_batches(prompts, "the prompt", [&](std::span<const std::string> piece) {
      const Json body = remote_->body(shape.request(remote_->recipe(), piece));
      auto some = remote_->service().ask(body, [&](const Json& answer) { return shape.tokens(answer, piece.size()); });
      std::ranges::move(some, std::back_inserter(tokens));
    });
    return tokens;
  }

  /// P(yes) / (P(yes) + P(no)). A word's probability is that of all listed tokens that spell it. One that is not listed
  /// counts as much as it can have at most: the least listed probability, or what the listed ones leave.
  double score_of(const LikelyTokens& tokens) {
    auto yes = log_probability(tokens, remote_->recipe().yes), no = log_probability(tokens, remote_->recipe().no);
    if (!yes && !no) throw BadInput(net::without_key(neither(tokens), remote_->service().key()));
    if (!yes || !no) {
      remote_->count_lacking();
      (yes ? no : yes) = most_of_unlisted(tokens);
    }
    return 1 / (1 + std::exp(*no - *yes));
  }

  /// The logarithm of the word's probability; none where no listed token spells it.
  static std::optional<double> log_probability(const LikelyTokens& tokens, std::string_view word) {
    std::vector<double> logprobs;
    for (const auto& [token, logprob] : tokens)
      if (bare(token) == bare(word)) logprobs.push_back(logprob);
    if (logprobs.empty()) return std::nullopt;
    const double most = *std::ranges::max_element(logprobs);
    double sum = 0;
    for (const double logprob : logprobs) sum += std::exp(logprob - most);
    return most + std::log(sum);
  }

  static double most_of_unlisted(const LikelyTokens& tokens) {
    double listed = 0, least = 0;
    for (const auto& [token, logprob] : tokens) {
      listed += std::exp(logprob);
      least = std::min(least, logprob);
    }
    return listed < 1 ? std::min(least, std::log(1 - listed)) : -std::numeric_limits<double>::infinity();
  }

  std::string neither(const LikelyTokens& tokens) const {
    std::string likeliest;
    for (const auto& [token, logprob] : tokens)
      if (likeliest.size() < 60) likeliest += (likeliest.empty() ? "" : ", ") + beginning(token);
    return net::origin_of(remote_->service().url()) + ": neither \"" + remote_->recipe().yes + "\" nor \"" +
           remote_->recipe().no + "\" is among the model's likeliest tokens (" + likeliest +
           "); are the recipe's prompt, true and false right for it?";
  }

  std::shared_ptr<Remote> remote_;
};

std::unique_ptr<Reranker> open(const std::shared_ptr<Remote>& remote, VectorStore* vectors) {
  if (remote->shape().embeds()) return std::make_unique<RemoteEmbeddings>(remote, vectors);
  if (remote->shape().answers()) return std::make_unique<RemoteAnswers>(remote);
  return std::make_unique<RemoteReranker>(remote);
}

/// What opens the model's vectors; nothing where it makes none.
std::function<std::unique_ptr<TextEncoder>(VectorStore*)> encoder_opener(const std::shared_ptr<Remote>& remote) {
  if (!remote->shape().embeds()) return {};
  return [remote](VectorStore* vectors) { return std::make_unique<RemoteEmbeddings>(remote, vectors); };
}

/// What decides the scores: neither a key, nor how often and how fast the service is asked, nor where a key is.
std::string identity_of(const RemoteModelSource& source) {
  Json json = to_json(source.recipe);
  json["url"] = net::without_secrets(address_of(source.recipe));  // whole: a gateway has many models behind one host
  for (const char* name : {"key_env", "key_header", "batch", "concurrency", "timeout_s", "attempts", "price"})
    json.erase(name);
  return source.name + ", recipe " + json.dump();
}

}  // namespace

namespace {

bool is_googles(std::string_view origin) {
  return origin.starts_with("https://") && origin.ends_with(".googleapis.com");
}

}  // namespace

std::string address_of(const RemoteRecipe& recipe) {
  const ApiShape& shape = shape_of(recipe);
  const std::string url = recipe.url.empty() ? std::string(shape.url) : recipe.url;
  if (url.empty())
    throw BadUsage(recipe.api + " has no address of its own; --url names the server (" +
                   std::string(shape.explanation) + ")");
  net::origin_of(url);
  return net::endpoint(url, path_of(shape, recipe.model));
}

std::string key_variable(const RemoteRecipe& recipe) {
  const ApiShape& shape = shape_of(recipe);
  if (!recipe.key_env.empty()) return recipe.key_env;
  const std::string address = address_of(recipe);
  const bool is_home =
      shape.url.empty() ? is_googles(net::origin_of(address)) : net::origin_of(address) == net::origin_of(shape.url);
  return is_home ? std::string(shape.key_env) : std::string();
}

std::unique_ptr<RemoteEncoder> open_remote_encoder(const RemoteModelSource& source) {
  if (!shape_of(source.recipe).embeds())
    throw BadInput(source.name + " is asked by " + source.recipe.api + ": only a model that embeds gives vectors");
  return std::make_unique<RemoteEmbeddings>(std::make_shared<Remote>(source), nullptr);
}

Model open_model(const RemoteModelSource& source) {
  if (source.recipe.model.empty()) throw BadUsage("the model's name at the service is missing");
  const auto remote = std::make_shared<Remote>(source);
  const std::string identity = identity_of(source);
  const ApiShape& shape = remote->shape();
  constexpr std::size_t kBlockOfVectors = 256;
  return {.name = source.name,
          .explanation = std::string(shape.name) + " at " + net::origin_of(remote->service().url()),
          .scores_each_document_alone = true,
          .dtype = "as served",
          .open = [remote](VectorStore* vectors) { return open(remote, vectors); },
          .identity = [identity] { return identity; },
          .uses_all_threads = false,
          .makes_vectors = shape.embeds(),
          .open_encoder = encoder_opener(remote),
          .block = shape.embeds() ? kBlockOfVectors : remote->batch(),
          .takes_one_need = !shape.embeds(),
          .instances = shape.embeds() ? 1 : source.recipe.concurrency};
}

}  // namespace heed::retrieve
