#include "teaching/small_encoder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "format/json.h"
#include "format/safetensors_writer.h"
#include "teaching/vocabulary.h"
#include "text/tokenizer.h"

namespace heed::teaching {

namespace {

constexpr std::size_t kWidth = 128, kHeads = 4, kHead = kWidth / kHeads, kInner = 256, kLayers = 3, kPositions = 384;
constexpr int kMaxLength = 320;

// Which numbers of a state say what, before anything is learned: the word, its rarity, the position, the segment, and
// whether the other segment has the word.
constexpr std::size_t kWord = 95, kRarity = 95, kPosition = 96, kWaves = 12, kSegment = 120, kMatch = 124, kSigns = 4;

constexpr std::size_t kSpecials = 5;  // [PAD] to [MASK]

/// A matrix, [rows, columns], row-major; a vector has one row.
struct Matrix {
  std::size_t rows = 1, columns = 1;
  std::vector<float> values;

  Matrix(std::size_t height, std::size_t width, float value = 0)
      : rows(height), columns(width), values(height * width, value) {}
  float& at(std::size_t row, std::size_t column) { return values[row * columns + column]; }
};

/// Nearly normal: the sum of twelve uniform numbers, which needs no function whose last digit differs between machines.
class Normal {
 public:
  explicit Normal(std::uint64_t seed) : random_(seed) {}
  double operator()() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(random_.bits() >> 11) * 0x1p-53;
    return sum;
  }
  Matrix matrix(std::size_t rows, std::size_t columns, double deviation) {
    Matrix m(rows, columns);
    for (float& value : m.values) value = static_cast<float>((*this)() * deviation);
    return m;
  }

 private:
  base::Random random_;
};

float sign_of(std::size_t i) {
  return i % 2 == 0 ? -1.0F : 1.0F;
}

/// How fast a wave turns, in radians a position: from 1.5 down to 1.5/200.
double frequency(std::size_t wave) {
  return 1.5 * std::pow(200.0, -static_cast<double>(wave) / (kWaves - 1));
}

Matrix word_rows(Normal& normal, std::span<const float> rarity) {
  Matrix m(rarity.size(), kWidth);
  for (std::size_t i = 0; i < rarity.size(); ++i) {
    double square = 0;
    for (std::size_t k = 0; k < kWord; ++k) {
      const double value = normal();
      m.at(i, k) = static_cast<float>(value);
      square += value * value;
    }
    const double scale = std::sqrt(kWord / square);
    for (std::size_t k = 0; k < kWord; ++k) m.at(i, k) = static_cast<float>(m.at(i, k) * scale);
    m.at(i, kRarity) = rarity[i];
  }
  return m;
}

Matrix position_rows() {
  Matrix m(kPositions, kWidth);
  for (std::size_t i = 0; i < kPositions; ++i) {
    for (std::size_t k = 0; k < kWaves; ++k) {
      const double turn = static_cast<double>(i) * frequency(k);
      m.at(i, kPosition + 2 * k) = static_cast<float>(std::sin(turn));
      m.at(i, kPosition + 2 * k + 1) = static_cast<float>(std::cos(turn));
    }
  }
  return m;
}

Matrix segment_rows() {
  Matrix m(2, kWidth);
  for (std::size_t k = 0; k < kSigns; ++k) {
    m.at(0, kSegment + k) = 1.4F * sign_of(k);
    m.at(1, kSegment + k) = -1.4F * sign_of(k);
  }
  return m;
}

struct Layer {
  Matrix q, q_bias, k, v, o, up, down;
};

/// Rows of unit length at right angles to each other, over the numbers of a word.
Matrix projection(Normal& normal) {
  Matrix m(kHead, kWidth);
  for (std::size_t row = 0; row < kHead; ++row) {
    std::vector<double> values(kWord);
    for (double& value : values) value = normal();
    for (std::size_t other = 0; other < row; ++other) {
      double product = 0;
      for (std::size_t k = 0; k < kWord; ++k) product += values[k] * m.at(other, k);
      for (std::size_t k = 0; k < kWord; ++k) values[k] -= product * m.at(other, k);
    }
    double square = 0;
    for (const double value : values) square += value * value;
    for (std::size_t k = 0; k < kWord; ++k) m.at(row, k) = static_cast<float>(values[k] / std::sqrt(square));
  }
  return m;
}

/// Rows head*kHead and following, times a factor.
void set_head(Matrix& into, std::size_t head, const Matrix& rows, double factor) {
  for (std::size_t row = 0; row < kHead; ++row) {
    for (std::size_t k = 0; k < kWidth; ++k)
      into.at(head * kHead + row, k) = static_cast<float>(rows.values[row * kWidth + k] * factor);
  }
}

/// Makes a head carry the signs at `from` of what it attends to into the signs at `into` of the token that asks.
void carry_signs(Layer& layer, std::size_t head, std::size_t from, std::pair<std::size_t, float> into) {
  for (std::size_t k = 0; k < kSigns; ++k) {
    const std::size_t channel = head * kHead + k;
    for (std::size_t i = 0; i < kWidth; ++i) {
      layer.v.at(channel, i) = 0;
      layer.o.at(i, channel) = 0;
    }
    layer.v.at(channel, from + k) = 1;
    layer.o.at(into.first + k, channel) = into.second;
  }
}

/// A word's score with itself is about 12, with another word it varies by 2 around 0.
void make_matching_head(Layer& layer, std::size_t head, Normal& normal) {
  const double factor = std::sqrt(12 * std::sqrt(static_cast<double>(kHead)) / kHead);
  const Matrix rows = projection(normal);
  set_head(layer.q, head, rows, factor);
  set_head(layer.k, head, rows, factor);
  carry_signs(layer, head, kSegment, {kMatch, 0.6F});
}

/// Scores what stands `ahead` tokens further highest, by `peak`; it carries a mixture of words.
void make_neighbour_head(Layer& layer, std::size_t head, double ahead, double peak, Normal& normal) {
  const double factor = std::sqrt(peak * std::sqrt(static_cast<double>(kHead)) / kWaves);
  Matrix q(kHead, kWidth), k(kHead, kWidth);
  for (std::size_t wave = 0; wave < kWaves; ++wave) {
    const double turn = ahead * frequency(wave);
    const std::size_t row = 2 * wave, column = kPosition + 2 * wave;
    k.at(row, column) = k.at(row + 1, column + 1) = 1;
    q.at(row, column) = q.at(row + 1, column + 1) = static_cast<float>(std::cos(turn));
    q.at(row, column + 1) = static_cast<float>(std::sin(turn));
    q.at(row + 1, column) = static_cast<float>(-std::sin(turn));
  }
  set_head(layer.q, head, q, factor);
  set_head(layer.k, head, k, factor);
  for (std::size_t i = 0; i < kWidth; ++i) {
    for (std::size_t channel = head * kHead; channel < (head + 1) * kHead; ++channel)
      layer.o.at(i, channel) = i < kWord ? static_cast<float>(normal() * 0.7 / std::sqrt(double{kWidth})) : 0;
  }
}

/// Every token asks the same: what do the query's tokens know, the rare ones first? `early` prefers the first ten or
/// so, where the query stands, to the instruction behind it.
void make_gathering_head(Layer& layer, std::size_t head, float rarity, float early) {
  const Matrix nothing(kHead, kWidth);
  set_head(layer.q, head, nothing, 0);
  set_head(layer.k, head, nothing, 0);
  const float scale = std::sqrt(static_cast<float>(kHead));
  layer.q_bias.at(0, head * kHead) = 1;
  layer.k.at(head * kHead, kRarity) = scale * rarity;
  for (std::size_t k = 0; k < kSigns; ++k) layer.k.at(head * kHead, kSegment + k) = scale * 0.8F * sign_of(k);
  for (std::size_t wave = 3; wave < 8; ++wave) layer.k.at(head * kHead, kPosition + 2 * wave + 1) = scale * early;
  carry_signs(layer, head, kMatch, {kSegment, 1.0F});
}

Layer make_layer(std::size_t number, Normal& normal) {
  const double even = 1 / std::sqrt(double{kWidth});
  Layer layer{normal.matrix(kWidth, kWidth, even),
              Matrix(1, kWidth),
              normal.matrix(kWidth, kWidth, even),
              normal.matrix(kWidth, kWidth, even),
              normal.matrix(kWidth, kWidth, even * 0.1),
              normal.matrix(kInner, kWidth, even),
              normal.matrix(kWidth, kInner, 0.1 / std::sqrt(double{kInner}))};
  if (number == 0) {
    make_matching_head(layer, 0, normal);
    make_matching_head(layer, 1, normal);
    make_neighbour_head(layer, 2, 0, 5, normal);
    make_neighbour_head(layer, 3, 5, 6, normal);
  }
  if (number == 1) {
    make_gathering_head(layer, 0, 1.2F, 1.5F);
    make_gathering_head(layer, 1, 0.5F, 0);
    make_neighbour_head(layer, 2, 4, 4, normal);
    make_neighbour_head(layer, 3, -4, 4, normal);
  }
  return layer;
}

class Checkpoint {
 public:
  void add(std::string name, const Matrix& m) {
    const bool is_vector = m.rows == 1;
    format::OwnedTensor tensor;
    tensor.info.name = std::move(name);
    if (!is_vector) tensor.info.shape.push_back(static_cast<std::int64_t>(m.rows));
    tensor.info.shape.push_back(static_cast<std::int64_t>(m.columns));
    tensor.bytes.resize(m.values.size() * sizeof(float));
    std::memcpy(tensor.bytes.data(), m.values.data(), tensor.bytes.size());
    tensors_.push_back(std::move(tensor));
  }
  void add_linear(const std::string& name, const Matrix& weight) { add_linear(name, weight, Matrix(1, weight.rows)); }
  void add_linear(const std::string& name, const Matrix& weight, const Matrix& bias) {
    add(name + ".weight", weight);
    add(name + ".bias", bias);
  }
  void add_norm(const std::string& name) { add_linear(name, Matrix(1, kWidth, 1), Matrix(1, kWidth)); }
  void add_layer(const std::string& at, const Layer& layer) {
    add_linear(at + "attention.self.query", layer.q, layer.q_bias);
    add_linear(at + "attention.self.key", layer.k);
    add_linear(at + "attention.self.value", layer.v);
    add_linear(at + "attention.output.dense", layer.o);
    add_norm(at + "attention.output.LayerNorm");
    add_linear(at + "intermediate.dense", layer.up);
    add_linear(at + "output.dense", layer.down);
    add_norm(at + "output.LayerNorm");
  }
  void write(const std::filesystem::path& path) const { format::write_safetensors(path, tensors_); }

 private:
  std::vector<format::OwnedTensor> tensors_;
};

void write_weights(std::span<const float> rarity, std::uint64_t seed, const std::filesystem::path& path) {
  Normal normal(seed);
  Checkpoint checkpoint;
  checkpoint.add("bert.embeddings.word_embeddings.weight", word_rows(normal, rarity));
  checkpoint.add("bert.embeddings.position_embeddings.weight", position_rows());
  checkpoint.add("bert.embeddings.token_type_embeddings.weight", segment_rows());
  checkpoint.add_norm("bert.embeddings.LayerNorm");
  for (std::size_t i = 0; i < kLayers; ++i)
    checkpoint.add_layer("bert.encoder.layer." + std::to_string(i) + ".", make_layer(i, normal));
  checkpoint.add_linear("bert.pooler.dense", normal.matrix(kWidth, kWidth, 1 / std::sqrt(double{kWidth})));
  checkpoint.add_linear("classifier", normal.matrix(2, kWidth, 0.1));
  checkpoint.write(path);
}

/// For each piece the share of the texts that have it.
std::vector<double> shares(const text::Tokenizer& tokenizer, std::size_t pieces, std::span<const std::string> texts) {
  std::vector<double> counts(pieces, 1);
  for (const std::string& text : texts) {
    const auto ids = tokenizer.encode(text, text::Specials::kNone).ids;
    for (const text::TokenId id : std::set<text::TokenId>(ids.begin(), ids.end()))
      ++counts[static_cast<std::size_t>(id)];
  }
  for (double& count : counts) count /= static_cast<double>(texts.size()) + 1;
  return counts;
}

/// From -3, in most texts, to 3.
std::vector<float> rarities(const SmallEncoder& encoder, const text::Tokenizer& tokenizer) {
  const auto in_texts = shares(tokenizer, encoder.pieces.size(), encoder.texts);
  const auto in_needs = shares(tokenizer, encoder.pieces.size(), encoder.needs);
  std::vector<float> rarity;
  for (std::size_t i = 0; i < in_texts.size(); ++i) {
    const double value = (-std::log(std::max(in_texts[i], in_needs[i] / 2)) - 4) * 0.9;
    rarity.push_back(i < kSpecials ? -3.0F : static_cast<float>(std::clamp(value, -3.0, 3.0)));
  }
  return rarity;
}

void write_json(const std::filesystem::path& path, const format::Json& json) {
  base::write_file(path, json.dump(1) + "\n");
}

void write_descriptions(std::size_t pieces, const std::filesystem::path& folder) {
  write_json(folder / "config.json", {{"architectures", {"BertForSequenceClassification"}},
                                      {"model_type", "bert"},
                                      {"hidden_act", "gelu"},
                                      {"hidden_size", kWidth},
                                      {"intermediate_size", kInner},
                                      {"layer_norm_eps", 1e-12},
                                      {"max_position_embeddings", kPositions},
                                      {"num_attention_heads", kHeads},
                                      {"num_hidden_layers", kLayers},
                                      {"pad_token_id", 0},
                                      {"type_vocab_size", 2},
                                      {"vocab_size", pieces}});
  write_json(folder / "tokenizer_config.json", {{"tokenizer_class", "BertTokenizer"},
                                                {"do_lower_case", true},
                                                {"model_max_length", kMaxLength},
                                                {"unk_token", "[UNK]"},
                                                {"sep_token", "[SEP]"},
                                                {"pad_token", "[PAD]"},
                                                {"cls_token", "[CLS]"},
                                                {"mask_token", "[MASK]"}});
  write_json(folder / "heed.json", {{"kind", "cross-encoder"},
                                    {"query_format", "{need}"},
                                    {"document_format", "{document}"},
                                    {"activation", "softmax"},
                                    {"segments", "pair"},
                                    {"label", 1},
                                    {"max_length", kMaxLength}});
}

/// The nearest number of 16 bits, halves to even. REQUIRES: finite and below 65520, as weights are.
std::uint16_t half_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
  const float size = std::fabs(value);
  base::check(size < 65520);
  if (size < 0x1p-14F)  // below the least normal number: a multiple of 2^-24
    return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::nearbyint(size * 0x1p24F)));
  const std::uint32_t rest = bits & 0x7fffffff;
  const std::uint32_t rounded = rest + 0xfff + (rest >> 13 & 1);
  return static_cast<std::uint16_t>(sign | (rounded - (112U << 23)) >> 13);
}

}  // namespace

void write_small_encoder(const SmallEncoder& encoder, const std::filesystem::path& folder) {
  base::make_folder(folder);
  base::write_file(folder / "vocab.txt", vocabulary_file(encoder.pieces));
  write_descriptions(encoder.pieces.size(), folder);
  const text::Tokenizer tokenizer = text::Tokenizer::open(folder);
  write_weights(rarities(encoder, tokenizer), encoder.seed, folder / "model.safetensors");
}

void write_in_half(const std::filesystem::path& from, const std::filesystem::path& to) {
  auto tensors = format::read_safetensors(from / "model.safetensors");
  for (format::OwnedTensor& tensor : tensors) {
    if (tensor.info.type != format::TensorType::kFloat32)
      throw base::BadInput((from / "model.safetensors").string() + ": " + tensor.info.name + " is not of float32");
    std::vector<std::byte> halves(tensor.bytes.size() / 2);
    for (std::size_t i = 0; i * 4 < tensor.bytes.size(); ++i) {
      float value = 0;
      std::memcpy(&value, tensor.bytes.data() + 4 * i, 4);
      const std::uint16_t half = half_of(value);
      std::memcpy(halves.data() + 2 * i, &half, 2);
    }
    tensor.info.type = format::TensorType::kFloat16;
    tensor.bytes = std::move(halves);
  }
  base::make_folder(to);
  for (const char* name : {"config.json", "heed.json", "tokenizer_config.json", "vocab.txt"})
    base::write_file(to / name, base::read_file(from / name));
  format::write_safetensors(to / "model.safetensors", tensors);
}

}  // namespace heed::teaching
