#include "testing/random_checkpoint.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "base/random.h"

namespace heed::testing {

namespace fs = std::filesystem;
using nlohmann::json;
using Shape = std::vector<std::int64_t>;

void RandomWeights::add(const std::string& name, const Shape& shape) {
  std::size_t elements = 1;
  std::string sizes;
  for (const std::int64_t size : shape) {
    elements *= static_cast<std::size_t>(size);
    sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
  }
  const std::size_t end = end_ + elements * element_size();
  header_ += (header_.empty() ? "{\"" : ",\"") + name + R"(":{"dtype":")" + (type_ == Type::kFloat32 ? "F32" : "BF16") +
             R"(","shape":[)" + sizes + R"(],"data_offsets":[)" + std::to_string(end_) + "," + std::to_string(end) +
             "]}";
  end_ = end;
  tensors_.push_back({elements, shape.size() == 1 && !name.ends_with("bias")});
}

std::string RandomWeights::drawn(const Tensor& tensor, const std::function<std::uint64_t()>& bits) const {
  // 1.0, and the exponents of 0.125 to 0.25 (float32) and of 0.0156 to 0.0313 (bfloat16, for models of full size).
  const bool is_float32 = type_ == Type::kFloat32;
  const std::uint64_t one = is_float32 ? 0x3f8000003f800000 : 0x3f803f803f803f80;
  const std::uint64_t kept = is_float32 ? 0x807fffff807fffff : 0x807f807f807f807f;
  const std::uint64_t exponent = is_float32 ? 0x3e0000003e000000 : 0x3c803c803c803c80;
  std::string bytes(tensor.elements * element_size(), '\0');
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
    const std::uint64_t some = tensor.is_norm ? one : (bits() & kept) | exponent;
    std::memcpy(&bytes[at], &some, std::min(sizeof some, bytes.size() - at));
  }
  return bytes;
}

void RandomWeights::write(const fs::path& path, std::uint64_t seed) const {
  std::string header = header_ + "}";
  header.resize((header.size() + 8 + 63) / 64 * 64 - 8, ' ');
  std::ofstream file(path, std::ios::binary);
  const std::uint64_t length = header.size();
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file << header;
  base::Random random(seed);
  for (const Tensor& tensor : tensors_) file << drawn(tensor, [&] { return random.bits(); });
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

namespace {

/// The tensors of an architecture, by their names and shapes.
class Tensors {
 public:
  Tensors(const json& config, const CheckpointNames& names) : config_(config), names_(names) {}

  /// T5's feed-forward layers.
  bool is_gated() const { return config_.value("feed_forward_proj", "relu").starts_with("gated-"); }
  std::int64_t size(const char* field) const { return config_.at(field).get<std::int64_t>(); }
  std::int64_t size(const char* field, std::int64_t otherwise) const { return config_.value(field, otherwise); }

  void body(const std::string& name, const Shape& shape) { head(names_.prefix + name, shape); }
  void head(const std::string& name, const Shape& shape) {
    if (std::ranges::find(names_.left_out, name) == names_.left_out.end()) tensors_.emplace_back(name, shape);
  }
  void norm(const std::string& name, std::int64_t width) {
    body(name + ".weight", {width});
    body(name + ".bias", {width});
  }
  void linear(const std::string& name, std::int64_t out, std::int64_t in) {
    body(name + ".weight", {out, in});
    body(name + ".bias", {out});
  }

  RandomWeights weights(RandomWeights::Type type) const {
    auto all = tensors_;
    for (const auto& other : names_.others) {
      const auto same = std::ranges::find(all, other.first, &std::pair<std::string, Shape>::first);
      if (same == all.end())
        all.push_back(other);
      else
        *same = other;
    }
    RandomWeights weights(type);
    for (const auto& [name, shape] : all) weights.add(name, shape);
    return weights;
  }

 private:
  const json& config_;
  const CheckpointNames& names_;
  std::vector<std::pair<std::string, Shape>> tensors_;
};

void add_bert(Tensors& tensors) {
  const std::int64_t width = tensors.size("hidden_size"), inner = tensors.size("intermediate_size");
  tensors.body("embeddings.word_embeddings.weight", {tensors.size("vocab_size"), width});
  tensors.body("embeddings.position_embeddings.weight", {tensors.size("max_position_embeddings"), width});
  tensors.body("embeddings.token_type_embeddings.weight", {tensors.size("type_vocab_size", 2), width});
  tensors.norm("embeddings.LayerNorm", width);
  for (std::int64_t i = 0; i < tensors.size("num_hidden_layers"); ++i) {
    const std::string at = "encoder.layer." + std::to_string(i) + ".";
    for (const char* part : {"self.query", "self.key", "self.value", "output.dense"})
      tensors.linear(at + "attention." + part, width, width);
    tensors.norm(at + "attention.output.LayerNorm", width);
    tensors.linear(at + "intermediate.dense", inner, width);
    tensors.linear(at + "output.dense", width, inner);
    tensors.norm(at + "output.LayerNorm", width);
  }
}

void add_t5_layer(Tensors& tensors, const std::string& at, const std::vector<std::string>& attentions) {
  const std::int64_t width = tensors.size("d_model"), inner = tensors.size("d_ff");
  const std::int64_t heads = tensors.size("num_heads") * tensors.size("d_kv");
  const auto part = [&](std::size_t i) { return at + std::to_string(i) + "."; };
  for (std::size_t i = 0; i < attentions.size(); ++i) {
    const std::string name = part(i) + attentions[i] + ".";
    for (const char* matrix : {"q.weight", "k.weight", "v.weight"}) tensors.body(name + matrix, {heads, width});
    tensors.body(name + "o.weight", {width, heads});
    tensors.body(part(i) + "layer_norm.weight", {width});
  }
  const std::string inside = part(attentions.size());
  for (const char* up : tensors.is_gated() ? std::vector{"wi_0", "wi_1"} : std::vector{"wi"})
    tensors.body(inside + "DenseReluDense." + up + ".weight", {inner, width});
  tensors.body(inside + "DenseReluDense.wo.weight", {width, inner});
  tensors.body(inside + "layer_norm.weight", {width});
}

void add_t5(Tensors& tensors) {
  const std::int64_t width = tensors.size("d_model");
  tensors.body("shared.weight", {tensors.size("vocab_size"), width});
  for (std::int64_t i = 0; i < tensors.size("num_layers"); ++i) {
    add_t5_layer(tensors, "encoder.block." + std::to_string(i) + ".layer.", {"SelfAttention"});
    add_t5_layer(tensors, "decoder.block." + std::to_string(i) + ".layer.", {"SelfAttention", "EncDecAttention"});
  }
  for (const std::string stack : {"encoder", "decoder"}) {
    tensors.body(stack + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                 {tensors.size("relative_attention_num_buckets", 32), tensors.size("num_heads")});
    tensors.body(stack + ".final_layer_norm.weight", {width});
  }
}

void add_decoder(Tensors& tensors) {
  const std::int64_t width = tensors.size("hidden_size"), inner = tensors.size("intermediate_size");
  const std::int64_t heads = tensors.size("num_attention_heads"), head_width = tensors.size("head_dim", width / heads);
  const std::int64_t own = heads * head_width, shared = tensors.size("num_key_value_heads", heads) * head_width;
  const Shape table = {tensors.size("vocab_size"), width};
  tensors.body("embed_tokens.weight", table);
  for (std::int64_t i = 0; i < tensors.size("num_hidden_layers"); ++i) {
    const std::string at = "layers." + std::to_string(i) + ".";
    tensors.body(at + "input_layernorm.weight", {width});
    tensors.body(at + "post_attention_layernorm.weight", {width});
    tensors.body(at + "self_attn.q_proj.weight", {own, width});
    tensors.body(at + "self_attn.k_proj.weight", {shared, width});
    tensors.body(at + "self_attn.v_proj.weight", {shared, width});
    tensors.body(at + "self_attn.o_proj.weight", {width, own});
    tensors.body(at + "mlp.gate_proj.weight", {inner, width});
    tensors.body(at + "mlp.up_proj.weight", {inner, width});
    tensors.body(at + "mlp.down_proj.weight", {width, inner});
  }
  tensors.body("norm.weight", {width});
  tensors.head("lm_head.weight", table);
}

}  // namespace

void write_random_checkpoint(const fs::path& folder, const json& config, RandomWeights::Type type,
                             const CheckpointNames& names) {
  fs::create_directories(folder);
  std::ofstream(folder / "config.json") << config;
  Tensors tensors(config, names);
  const std::string architecture = config.at("model_type");
  if (architecture == "bert")
    add_bert(tensors);
  else if (architecture == "t5")
    add_t5(tensors);
  else
    add_decoder(tensors);
  tensors.weights(type).write(folder / "model.safetensors");
}

}  // namespace heed::testing
