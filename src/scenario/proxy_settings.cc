// SPDX-License-Identifier: Apache-2.0
#include "scenario/proxy_settings.h"

#include <string_view>
#include <vector>

#include "core/error.h"
#include "scenario/exposure.h"

namespace spillway::scenario {
namespace {

constexpr std::string_view kSources = "Where settings come from";
constexpr std::string_view kEndpoint = "Endpoint";
constexpr std::string_view kBackend = "Backend";
constexpr std::string_view kAdapters = "Adapters";
constexpr double kPorts = 65535;

// NOLINTNEXTLINE(readability-function-size): a table, no logic.
std::vector<Setting> rows() {
  return {
      {.name = "config",
       .kind = Kind::path,
       .initial = "",
       .group = kSources,
       .help = "YAML file of settings, weaker than SPILLWAY_* variables and flags"},
      {.name = "listen",
       .kind = Kind::text,
       .initial = "127.0.0.1",
       .group = kEndpoint,
       .help = "address; one that others can reach needs --api-key"},
      {.name = "port",
       .kind = Kind::integer,
       .initial = "9100",
       .group = kEndpoint,
       .help = "0 = a free one, which is printed",
       .low = 0,
       .high = kPorts},
      {.name = "api-key",
       .kind = Kind::text,
       .initial = "",
       .group = kEndpoint,
       .help = "asked for as a bearer token, which the backend then gets as well"},
      {.name = "api-key-file",
       .kind = Kind::path,
       .initial = "",
       .group = kEndpoint,
       .help = "its first line is the key"},
      {.name = "backend-url",
       .kind = Kind::text,
       .initial = "",
       .group = kBackend,
       .help = "of the server; may end in /v1 or /v1/completions [BACKEND_URL]"},
      {.name = "timeout-s",
       .kind = Kind::number,
       .initial = "120",
       .group = kBackend,
       .help = "seconds that the backend may be silent, before its answer and within it",
       .low = 0.001,
       .high = 86'400},
      {.name = "backend-ca",
       .kind = Kind::path,
       .initial = "",
       .group = kBackend,
       .help = "PEM file of the certificates to trust [those of the machine]"},
      {.name = "insecure",
       .kind = Kind::flag,
       .initial = "off",
       .group = kBackend,
       .help = "take any certificate of the backend"},
      {.name = "adapter-dir",
       .kind = Kind::path,
       .initial = "",
       .group = kAdapters,
       .help = "on the drive under test [$DYN_KVBM_TIER2_PATH/lora]"},
      {.name = "adapter-mb",
       .kind = Kind::size,
       .initial = "1",
       .group = kAdapters,
       .help = "of a file that is made when its adapter is first named; a size or MiB",
       .unit = 1_MiB},
      {.name = "adapter-cache-mb",
       .kind = Kind::size,
       .initial = "0",
       .group = kAdapters,
       .help = "memory for adapters that were read; a size or MiB; 0 = every request reads",
       .unit = 1_MiB},
      {.name = "max-adapters",
       .kind = Kind::integer,
       .initial = "1024",
       .group = kAdapters,
       .help = "names that are served; each may become a file",
       .low = 1,
       .high = 1e6},
      {.name = "io-engine",
       .kind = Kind::choice,
       .initial = "uring",
       .group = kAdapters,
       .help = "how the files are read",
       .choices = {"uring", "threads"}},
      {.name = "seed",
       .kind = Kind::integer,
       .initial = "1337",
       .group = kAdapters,
       .help = "of the files' bytes",
       .low = 0,
       .high = 9e15},
  };
}

}  // namespace

std::span<const Setting> proxy_settings() {
  static const std::vector<Setting> table = rows();
  return table;
}

void apply_proxy_variables(const EnvironmentVariables& variables, Settings& settings) {
  const auto backend = variables.find("BACKEND_URL");
  if (backend != variables.end() && !backend->second.empty()) {
    settings.set("backend-url", backend->second, record::Origin::environment, "BACKEND_URL");
  }
  const auto tier = variables.find("DYN_KVBM_TIER2_PATH");
  if (tier != variables.end() && !tier->second.empty()) {
    settings.set("adapter-dir", tier->second + "/lora", record::Origin::environment,
                 "DYN_KVBM_TIER2_PATH");
  }
}

ProxyConfig proxy_config(const Settings& settings) {
  if (settings.text("backend-url").empty()) {
    throw Error("--backend-url (or BACKEND_URL): name the server to pass requests on to");
  }
  if (settings.text("adapter-dir").empty()) {
    throw Error(
        "--adapter-dir (or DYN_KVBM_TIER2_PATH): name the directory of the adapters' files");
  }
  ProxyConfig config{
      .listen = settings.text("listen"),
      .port = static_cast<std::uint16_t>(settings.integer("port")),
      .api_key = api_key_of(settings),
      .backend = net::parse_url(settings.text("backend-url")),
      .backend_tls = {.ca_file = settings.text("backend-ca"),
                      .insecure = settings.flag("insecure")},
      .silence = settings.seconds("timeout-s"),
      .adapter_dir = settings.text("adapter-dir"),
      .adapter_size = settings.size("adapter-mb"),
      .adapter_cache = settings.size("adapter-cache-mb"),
      .most_adapters = settings.integer("max-adapters"),
      .engine = settings.text("io-engine") == "threads" ? IoEngine::threads : IoEngine::uring,
      .seed = settings.integer("seed")};
  if (config.adapter_size == Bytes(0)) throw Error("--adapter-mb: give a size above 0");
  if (!config.backend.tls) {
    settings.refuse_given({"backend-ca", "insecure"}, "with a backend that is not https");
  }
  check_exposure(config.listen, config.api_key);
  return config;
}

}  // namespace spillway::scenario
