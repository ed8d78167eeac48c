// Any bytes are a page; what is read of it stays within the limits, whatever the lines hold.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "text/prometheus_reader.h"

namespace {

constexpr spillway::text::PrometheusLimits kLimits = {.size = spillway::Bytes(1U << 16U),
                                                      .samples = 64};

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  try {
    const auto page = spillway::text::parse_prometheus(text, "input", kLimits);
    spillway::check(page.samples.size() <= kLimits.samples, "the limit holds");
    spillway::check((page.faults == 0) == page.first_fault.empty(), "a fault says why");
    for (const auto& sample : page.samples) {
      spillway::check(!sample.name.empty(), "every sample has a name");
    }
  } catch (const spillway::Error& error) {
    spillway::check(!std::string(error.what()).empty(), "an error says why");
  }
  return 0;
}
