#pragma once

#include <string>

#include "net/hub.h"

namespace heed::cli {

/// The Hub as the environment describes it to all of its programs: HF_ENDPOINT (`endpoint` where that is not empty),
/// the token in HF_TOKEN, else in the file HF_TOKEN_PATH, else in `token` below HF_HOME or the user's cache. Throws
/// BadInput where HF_HUB_OFFLINE forbids the network.
net::HubSettings hub_settings(const std::string& endpoint);

}  // namespace heed::cli
