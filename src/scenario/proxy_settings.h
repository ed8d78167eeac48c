// What `spillway proxy` can be told, and the checked form of what it was told.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/bytes.h"
#include "core/time.h"
#include "net/tls.h"
#include "net/url.h"
#include "scenario/environment_variables.h"
#include "scenario/settings.h"
#include "scenario/tier_config.h"

namespace spillway::scenario {

std::span<const Setting> proxy_settings();

struct ProxyConfig {
  std::string listen;
  std::uint16_t port = 0;  // 0: a free one
  std::string api_key;     // empty: none is asked for
  net::Url backend;
  net::TlsClientOptions backend_tls;
  Duration silence{};  // of the backend, at most
  std::string adapter_dir;
  Bytes adapter_size;
  Bytes adapter_cache;
  std::size_t most_adapters = 0;
  IoEngine engine = IoEngine::uring;
  std::uint64_t seed = 0;
};

// Sets what BACKEND_URL and DYN_KVBM_TIER2_PATH say; weaker than every source of Spillway's own.
void apply_proxy_variables(const EnvironmentVariables& variables, Settings& settings);

// Throws Error for contradictions, and when no backend is named.
ProxyConfig proxy_config(const Settings& settings);

}  // namespace spillway::scenario
