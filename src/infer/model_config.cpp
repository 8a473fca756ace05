#include "infer/model_config.h"

#include <array>
#include <cmath>

#include "base/error.h"
#include "format/json.h"

namespace heed::infer {

using base::BadInput;
using format::Json;

namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 31;  // no published width or count comes near

/// config.json, asked field by field; every complaint names the file and the field.
class Fields {
 public:
  Fields(const std::filesystem::path& path, Json json) : path_(path.string()), json_(std::move(json)) {
    if (!json_.is_object()) fail("is not a JSON object");
  }

  [[noreturn]] void fail(const std::string& what) const { throw BadInput(path_ + ": " + what); }

  /// Null counts as missing: Hugging Face writes unset fields so.
  const Json* find(const char* name) const {
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  /// Whether the field is written, be it null.
  bool has(const char* name) const { return json_.contains(name); }

  std::optional<std::int64_t> count_if_any(const char* name) const {
    const Json* field = find(name);
    if (field == nullptr) return {};
    if (!field->is_number_integer() || *field < 1 || *field > kLargest)
      fail(std::string(name) + " is not a positive integer");
    return field->get<std::int64_t>();
  }
  std::int64_t count(const char* name) const {
    const auto value = count_if_any(name);
    if (!value) fail(std::string("has no ") + name);
    return *value;
  }

  double number(const char* name, double otherwise) const {
    const Json* field = find(name);
    if (field == nullptr) return otherwise;
    if (!field->is_number() || !(field->get<double>() > 0) || !std::isfinite(field->get<double>()))
      fail(std::string(name) + " is not a positive number");
    return field->get<double>();
  }

  bool flag(const char* name, bool otherwise) const {
    const Json* field = find(name);
    if (field == nullptr) return otherwise;
    if (!field->is_boolean()) fail(std::string(name) + " is not true or false");
    return field->get<bool>();
  }

  std::optional<std::string> text(const char* name) const {
    const Json* field = find(name);
    if (field == nullptr) return {};
    if (!field->is_string()) fail(std::string(name) + " is not a string");
    return field->get<std::string>();
  }

  Fields object(const char* name) const { return Fields(path_ + ": " + name, *find(name)); }

 private:
  std::string path_;
  Json json_;
};

struct ActivationName {
  const char* name;
  Activation activation;
};
constexpr ActivationName kActivations[] = {
    {"gelu", Activation::kGelu}, {"gelu_new", Activation::kGeluTanh}, {"gelu_pytorch_tanh", Activation::kGeluTanh},
    {"relu", Activation::kRelu}, {"silu", Activation::kSilu},         {"swish", Activation::kSilu},
};

Activation activation_named(const Fields& fields, const std::string& name) {
  std::string known;
  for (const ActivationName& row : kActivations) {
    if (name == row.name) return row.activation;
    known += std::string(known.empty() ? "" : ", ") + row.name;
  }
  fields.fail("unknown activation " + name + "; known: " + known);
}

void check_divides(const Fields& fields, std::int64_t whole, std::int64_t part, const std::string& what) {
  if (whole % part != 0)
    fields.fail(what + ": " + std::to_string(whole) + " is no multiple of " + std::to_string(part));
}

ModelConfig read_bert(const Fields& fields) {
  if (fields.text("position_embedding_type").value_or("absolute") != "absolute")
    fields.fail("position_embedding_type is not absolute, the only one that is computed");
  BertConfig config;
  config.vocabulary = fields.count("vocab_size");
  config.width = fields.count("hidden_size");
  config.layers = fields.count("num_hidden_layers");
  config.heads = fields.count("num_attention_heads");
  config.inner_width = fields.count("intermediate_size");
  config.positions = fields.count("max_position_embeddings");
  config.type_count = fields.count_if_any("type_vocab_size").value_or(2);
  config.activation = activation_named(fields, fields.text("hidden_act").value_or("gelu"));
  config.norm_epsilon = fields.number("layer_norm_eps", 1e-12);
  check_divides(fields, config.width, config.heads, "hidden_size over num_attention_heads");
  return config;
}

ModelConfig read_t5(const Fields& fields) {
  T5Config config;
  config.vocabulary = fields.count("vocab_size");
  config.width = fields.count("d_model");
  config.head_width = fields.count("d_kv");
  config.heads = fields.count("num_heads");
  config.inner_width = fields.count("d_ff");
  config.layers = fields.count("num_layers");
  config.decoder_layers = fields.count_if_any("num_decoder_layers").value_or(config.layers);
  config.distance_buckets = fields.count_if_any("relative_attention_num_buckets").value_or(32);
  config.longest_distance = fields.count_if_any("relative_attention_max_distance").value_or(128);
  if (config.distance_buckets < 4 || config.longest_distance <= config.distance_buckets / 2)
    fields.fail("relative_attention_max_distance is not above half of relative_attention_num_buckets");
  // "relu", "gated-gelu", "gated-silu"; in T5's own code gated-gelu is the tanh approximation.
  std::string unit = fields.text("feed_forward_proj").value_or("relu");
  config.gated = unit.starts_with("gated-");
  if (config.gated) unit.erase(0, 6);
  config.activation = config.gated && unit == "gelu" ? Activation::kGeluTanh : activation_named(fields, unit);
  config.tied_head = fields.flag("tie_word_embeddings", true);
  // Newer configurations tell the scaling apart from the tying; older ones scale where they tie.
  config.scaled_head = fields.flag("scale_decoder_outputs", config.tied_head);
  config.norm_epsilon = fields.number("layer_norm_epsilon", 1e-6);
  const Json* start = fields.find("decoder_start_token_id");
  if (start != nullptr) {
    if (!start->is_number_integer() || *start < 0 || *start >= config.vocabulary)
      fields.fail("decoder_start_token_id is not an id of the vocabulary");
    config.decoder_start = start->get<std::int32_t>();
  }
  return config;
}

/// `rope_scaling` of config.json, or `rope_parameters` as newer versions of transformers write it.
RopeScaling read_rope_scaling(const Fields& fields) {
  const std::string kind = fields.text("rope_type").value_or(fields.text("type").value_or("default"));
  RopeScaling scaling;
  if (kind == "default") return scaling;
  if (fields.find("factor") == nullptr) fields.fail("has no factor");
  scaling.factor = fields.number("factor", 1);
  if (kind == "linear") {
    scaling.kind = RopeScaling::Kind::kLinear;
  } else if (kind == "dynamic") {
    scaling.kind = RopeScaling::Kind::kDynamic;
  } else if (kind == "llama3") {
    scaling.kind = RopeScaling::Kind::kLlama3;
    scaling.low_frequency = fields.number("low_freq_factor", 1);
    scaling.high_frequency = fields.number("high_freq_factor", 4);
    scaling.original_positions = fields.number("original_max_position_embeddings", 8192);
    if (!(scaling.high_frequency > scaling.low_frequency)) fields.fail("high_freq_factor is not above low_freq_factor");
  } else {
    fields.fail("unknown rotary scaling " + kind + "; known: default, linear, dynamic, llama3");
  }
  return scaling;
}

/// What a missing field means to transformers, by family.
struct DecoderDefaults {
  std::optional<std::int64_t> key_value_heads;  ///< none: as many as heads
  std::int64_t positions = 0;
};

DecoderConfig read_decoder(const Fields& fields, const DecoderDefaults& missing) {
  DecoderConfig config;
  config.vocabulary = fields.count("vocab_size");
  config.width = fields.count("hidden_size");
  config.layers = fields.count("num_hidden_layers");
  config.heads = fields.count("num_attention_heads");
  config.key_value_heads =
      fields.count_if_any("num_key_value_heads").value_or(missing.key_value_heads.value_or(config.heads));
  config.inner_width = fields.count("intermediate_size");
  config.positions = fields.count_if_any("max_position_embeddings").value_or(missing.positions);
  check_divides(fields, config.heads, config.key_value_heads, "num_attention_heads over num_key_value_heads");
  if (const auto head_width = fields.count_if_any("head_dim")) {
    config.head_width = *head_width;
  } else {
    check_divides(fields, config.width, config.heads, "hidden_size over num_attention_heads");
    config.head_width = config.width / config.heads;
  }
  if (config.head_width % 2 != 0) fields.fail("an odd width of heads cannot be rotated");
  config.rope_theta = fields.number("rope_theta", 10000);
  for (const char* name : {"rope_scaling", "rope_parameters"})
    if (fields.find(name) != nullptr) {
      const Fields rope = fields.object(name);
      config.rope_theta = rope.number("rope_theta", config.rope_theta);
      config.rope_scaling = read_rope_scaling(rope);
    }
  config.activation = activation_named(fields, fields.text("hidden_act").value_or("silu"));
  config.tied_head = fields.flag("tie_word_embeddings", false);
  config.attention_bias = fields.flag("attention_bias", false);
  config.inner_bias = fields.flag("mlp_bias", false);
  config.norm_epsilon = fields.number("rms_norm_eps", 1e-6);
  return config;
}

ModelConfig read_llama(const Fields& fields) {
  DecoderConfig config = read_decoder(fields, {.key_value_heads = {}, .positions = 2048});
  config.family = "llama";
  return config;
}

ModelConfig read_mistral(const Fields& fields) {
  DecoderConfig config = read_decoder(fields, {.key_value_heads = 8, .positions = 131072});
  config.family = "mistral";
  config.window = fields.has("sliding_window") ? fields.count_if_any("sliding_window") : 4096;  // null is no window
  return config;
}

// To add an architecture: its configuration here, its forward pass in `engine`.
struct Architecture {
  const char* name;
  ModelConfig (*read)(const Fields&);
};
constexpr Architecture kArchitectures[] = {
    {"bert", read_bert}, {"t5", read_t5}, {"llama", read_llama}, {"mistral", read_mistral}};

}  // namespace

std::string architecture_of(const ModelConfig& config) {
  if (std::holds_alternative<BertConfig>(config)) return "bert";
  if (std::holds_alternative<T5Config>(config)) return "t5";
  return std::get<DecoderConfig>(config).family;
}

std::int64_t vocabulary_of(const ModelConfig& config) {
  return std::visit([](const auto& c) { return c.vocabulary; }, config);
}

std::int64_t positions_of(const ModelConfig& config) {
  constexpr std::int64_t kLongestOfT5 = 4096;
  if (const auto* bert = std::get_if<BertConfig>(&config)) return bert->positions;
  if (const auto* decoder = std::get_if<DecoderConfig>(&config)) return decoder->positions;
  return kLongestOfT5;
}

ModelConfig read_model_config(const std::filesystem::path& folder) {
  const auto path = folder / "config.json";
  const Fields fields(path, format::read_json(path));
  const auto type = fields.text("model_type");
  if (!type) fields.fail("has no model_type");
  std::string known;
  for (const Architecture& row : kArchitectures) {
    if (*type == row.name) return row.read(fields);
    known += std::string(known.empty() ? "" : ", ") + row.name;
  }
  fields.fail("unknown architecture " + *type + "; known: " + known);
}

}  // namespace heed::infer
