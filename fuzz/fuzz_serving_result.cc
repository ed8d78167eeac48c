// Any bytes are a result of a benchmark or an Error; its figures are numbers that are not negative.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/error.h"
#include "record/serving_result.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spillway;
  const std::string text(data, data + size);
  record::ServingResult result;
  try {
    result = record::parse_serving_result(text, "input");
  } catch (const Error&) {
    return 0;
  }
  if (result.format == record::ResultFormat::record) return 0;  // its sums may be any
  for (const std::optional<double>& figure : result.figures) {
    check(!figure || *figure >= 0, "a figure is not negative");
  }
  return 0;
}
