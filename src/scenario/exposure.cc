// SPDX-License-Identifier: Apache-2.0
#include "scenario/exposure.h"

#include <fmt/core.h>

#include <fstream>

#include "core/error.h"
#include "net/tcp.h"

namespace spillway::scenario {

std::string first_line_of(const std::string& path, std::string_view flag) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.empty()) {
    throw Error(fmt::format("{} {}: no key in its first line", flag, path));
  }
  return line;
}

std::string api_key_of(const Settings& settings) {
  if (!settings.is_set("api-key-file")) return settings.text("api-key");
  settings.refuse_given({"api-key"}, "beside --api-key-file");
  return first_line_of(settings.text("api-key-file"), "--api-key-file");
}

void check_exposure(const std::string& listen, const std::string& api_key) {
  if (net::is_loopback(listen) || !api_key.empty()) return;
  throw Error(
      fmt::format("--listen {}: others can reach this address; give an --api-key as well", listen));
}

}  // namespace spillway::scenario
