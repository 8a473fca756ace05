#include "infer/adapter_config.h"

#include <cmath>

#include "base/ascii.h"
#include "base/error.h"
#include "format/json.h"

namespace heed::infer {

AdapterConfig read_adapter_config(const std::filesystem::path& folder) {
  const auto file = folder / "adapter_config.json";
  const format::Json json = format::read_json(file);
  const auto fail = [&](const std::string& what) { throw base::BadInput(file.string() + ": " + what); };
  if (!json.is_object()) fail("is not a JSON object");
  if (json.value("peft_type", format::Json()) != "LORA") fail("peft_type is not LORA, the only one that is computed");
  const auto flag = [&](const char* name) {
    const auto field = json.find(name);
    if (field == json.end() || field->is_null()) return false;
    if (!field->is_boolean()) fail(std::string(name) + " is not true or false");
    return field->get<bool>();
  };
  for (const char* name : {"use_dora", "fan_in_fan_out", "lora_bias", "use_qalora"})
    if (flag(name)) fail(std::string(name) + " is not computed");
  const format::Json bias = json.value("bias", format::Json());
  if (!bias.is_null() && bias != "none") fail("bias is not none, the only one that is computed");
  for (const char* name : {"rank_pattern", "alpha_pattern", "layer_replication", "modules_to_save", "target_parameters",
                           "trainable_token_indices", "arrow_config", "alora_invocation_tokens"})
    if (const auto field = json.find(name);
        field != json.end() && !field->is_null() && !field->empty() && *field != false)
      fail(std::string(name) + " is not computed");
  // These take something out of the weights at the beginning, so the adapter does not belong to the checkpoint.
  if (const format::Json init = json.value("init_lora_weights", format::Json()); init.is_string())
    for (const char* name : {"pissa", "olora", "corda", "loftq"})
      if (base::lower_case(init.get<std::string>()).starts_with(name))
        fail(
            "init_lora_weights is " + init.get<std::string>() +
            ", which changes the weights that the adapter is added to; PEFT converts such an adapter when it saves it");
  const auto rank = json.find("r");
  if (rank == json.end() || !rank->is_number_integer() || *rank < 1 || *rank > 65536)
    fail("r is not a positive integer");
  const auto alpha = json.find("lora_alpha");
  if (alpha == json.end() || !alpha->is_number() || !std::isfinite(alpha->get<double>()))
    fail("lora_alpha is not a number");
  AdapterConfig config;
  config.rank = rank->get<int>();
  config.scale = alpha->get<double>() / (flag("use_rslora") ? std::sqrt(config.rank) : config.rank);
  if (std::abs(config.scale) > 1e6) fail("lora_alpha is out of proportion to r");
  return config;
}

}  // namespace heed::infer
