// SPDX-License-Identifier: Apache-2.0
#include "core/utc_text.h"

#include <fmt/chrono.h>

#include <ctime>

namespace spillway {
namespace {

std::tm fields_of(UtcTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t since_epoch = std::chrono::system_clock::to_time_t(seconds);
  std::tm fields{};
  ::gmtime_r(&since_epoch, &fields);
  return fields;
}

}  // namespace

std::string utc_text(UtcTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}+00:00", fields_of(time));
}

std::string utc_text_ms(UtcTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::floor<std::chrono::milliseconds>(time - whole);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}+00:00", fields_of(time), rest.count());
}

std::string utc_token(UtcTime time) { return fmt::format("{:%Y%m%dT%H%M%SZ}", fields_of(time)); }

}  // namespace spillway
