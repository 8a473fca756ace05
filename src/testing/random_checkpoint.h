#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace heed::testing {

/// A safetensors file of random numbers, written as its tensors are declared: signs and mantissas are random under one
/// exponent, so that no number is small or large; norms are ones.
class RandomWeights {
 public:
  enum class Type { kFloat32, kBfloat16 };
  explicit RandomWeights(Type type) : type_(type) {}

  void add(const std::string& name, const std::vector<std::int64_t>& shape);
  /// Tensors of one dimension that are no bias are norms. Throws runtime_error where the file cannot be written.
  void write(const std::filesystem::path& file, std::uint64_t seed = 1) const;

 private:
  struct Tensor {
    std::size_t elements = 0;
    bool is_norm = false;
  };
  std::size_t element_size() const { return type_ == Type::kFloat32 ? 4 : 2; }
  std::string drawn(const Tensor& tensor, const std::function<std::uint64_t()>& bits) const;

  Type type_;
  std::string header_;
  std::size_t end_ = 0;
  std::vector<Tensor> tensors_;
};

/// What a checkpoint's tensors are called, and what there is beside the body.
struct CheckpointNames {
  std::string prefix{};                 ///< before the body's names: "bert.", "model."
  std::vector<std::string> left_out{};  ///< tensors that are not written
  /// More tensors, or, of a name that is there already, its other shape.
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> others{};
};

/// Writes config.json and model.safetensors of a model with that configuration (Hugging Face's fields; `model_type`
/// bert, t5, llama or mistral) and random weights. Llama and Mistral have their head, T5 its decoder.
void write_random_checkpoint(const std::filesystem::path& folder, const nlohmann::json& config,
                             RandomWeights::Type type, const CheckpointNames& names = {});

}  // namespace heed::testing
