#include "infer/sentence_modules.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "format/json.h"

namespace heed::infer {

namespace fs = std::filesystem;
using base::BadInput;
using format::Json;

namespace {

[[noreturn]] void fail(const fs::path& file, const std::string& what) {
  throw BadInput(file.string() + ": " + what);
}

std::string text_of(const fs::path& file, const Json& object, const char* name) {
  const auto field = object.find(name);
  if (field == object.end() || !field->is_string()) fail(file, std::string("has no string ") + name);
  return field->get<std::string>();
}

std::int64_t size_of(const fs::path& file, const Json& object, const char* name) {
  const auto field = object.find(name);
  if (field == object.end() || !field->is_number_integer() || *field < 1 || *field > (1 << 24))
    fail(file, std::string(name) + " is not a positive integer");
  return field->get<std::int64_t>();
}

Json read_object(const fs::path& file) {
  Json json = format::read_json(file);
  if (!json.is_object()) fail(file, "is not a JSON object");
  return json;
}

struct PoolingMode {
  const char* name;
  Pooling pooling;
};
constexpr PoolingMode kPoolingModes[] = {{"pooling_mode_mean_tokens", Pooling::kMean},
                                         {"pooling_mode_cls_token", Pooling::kCls},
                                         {"pooling_mode_lasttoken", Pooling::kLast}};

Pooling read_pooling(const fs::path& file) {
  const Json json = read_object(file);
  std::optional<Pooling> pooling;
  for (const auto& [name, value] : json.items()) {
    if (!name.starts_with("pooling_mode_") || value != true) continue;
    const auto mode = std::ranges::find_if(kPoolingModes, [&](const PoolingMode& row) { return name == row.name; });
    if (mode == std::end(kPoolingModes))
      fail(file, "unknown pooling " + name +
                     "; known: pooling_mode_mean_tokens, pooling_mode_cls_token, pooling_mode_lasttoken");
    if (pooling) fail(file, "asks for two poolings at once");
    pooling = mode->pooling;
  }
  if (!pooling) fail(file, "names no pooling");
  return *pooling;
}

DenseModule read_dense(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  const Json json = read_object(file);
  DenseModule dense{folder, size_of(file, json, "in_features"), size_of(file, json, "out_features"), true, false};
  if (const auto bias = json.find("bias"); bias != json.end()) {
    if (!bias->is_boolean()) fail(file, "bias is not true or false");
    dense.has_bias = bias->get<bool>();
  }
  const std::string activation = text_of(file, json, "activation_function");
  dense.has_tanh = activation.ends_with(".Tanh");
  if (!dense.has_tanh && !activation.ends_with(".Identity"))
    fail(file, "unknown activation " + activation +
                   "; known: torch.nn.modules.linear.Identity, torch.nn.modules.activation.Tanh");
  return dense;
}

/// A folder below `folder`, never outside it.
fs::path module_folder(const fs::path& file, const fs::path& folder, const std::string& name) {
  const fs::path path(name);
  if (path.is_absolute() || std::ranges::find(path, "..") != path.end())
    fail(file, "a path leaves the folder: " + name);
  return folder / path;
}

}  // namespace

SentenceModules read_sentence_modules(const fs::path& folder) {
  SentenceModules modules;
  const fs::path file = folder / "modules.json";
  if (!base::is_there(file)) return modules;
  const Json list = format::read_json(file);
  if (!list.is_array()) fail(file, "is not a JSON list");
  for (const Json& entry : list) {
    if (!entry.is_object()) fail(file, "holds something that is not an object");
    const std::string type = text_of(file, entry, "type");
    const fs::path below = module_folder(file, folder, text_of(file, entry, "path"));
    if (type.ends_with(".Transformer")) {
      if (below != folder / "") fail(file, "the transformer is not in the folder itself");
    } else if (type.ends_with(".Pooling")) {
      modules.pooling = read_pooling(below / "config.json");
    } else if (type.ends_with(".Dense")) {
      if (modules.normalize) fail(file, "a Dense module behind Normalize is not computed");
      modules.dense.push_back(read_dense(below));
    } else if (type.ends_with(".Normalize")) {
      modules.normalize = true;
    } else {
      fail(file, "unknown module " + type + "; known: Transformer, Pooling, Dense, Normalize");
    }
  }
  return modules;
}

}  // namespace heed::infer
