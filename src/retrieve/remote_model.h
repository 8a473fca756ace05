#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "retrieve/api_shapes.h"
#include "retrieve/models.h"
#include "retrieve/remote_recipe.h"
#include "retrieve/reranker.h"

namespace heed::retrieve {

/// A model behind an API, and what opens it.
struct RemoteModelSource {
  std::string name;  ///< how people call it
  RemoteRecipe recipe;
  std::string key{};         ///< empty: none is sent
  std::string key_origin{};  ///< the environment's variable from which it came, for the complaint about a refused key
  net::ClientHooks hooks{};
};

/// The environment's variable that holds the key that the service wants; empty where none is sent. Only the service of
/// the API's own url gets the key of its usual variable: another server has to be meant by "key_env".
std::string key_variable(const RemoteRecipe& recipe);

/// Where requests go. Throws BadUsage where neither the recipe nor the API has an url, BadInput where it is none.
std::string address_of(const RemoteRecipe& recipe);

/// Makes vectors of texts; for models that embed.
class RemoteEncoder {
 public:
  virtual ~RemoteEncoder() = default;
  /// In order; several requests at once. May be called by several threads. Throws as net::JsonService.
  virtual std::vector<std::vector<float>> encode(TextRole role, std::span<const std::string> texts) = 0;
};

/// Throws BadInput where the model is none that embeds.
std::unique_ptr<RemoteEncoder> open_remote_encoder(const RemoteModelSource& source);

/// A row like those of models(). Nothing is asked of the service before the first score. All that open it share its
/// connections, its bound of requests under way and its waiting. Throws BadUsage or BadInput for a source that is
/// wrong.
Model open_model(const RemoteModelSource& source);

}  // namespace heed::retrieve
