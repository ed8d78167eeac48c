// Any bytes are a validation trace or an Error, and none has more hits than requests.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "record/validation_trace.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spillway;
  try {
    const std::string input(data, data + size);
    const record::ValidationTrace trace = record::parse_validation_trace(input, "input");
    check(trace.requests > 0 && trace.hits <= trace.requests, "a hit is of a request");
    const record::Validation same =
        validate(trace, static_cast<double>(trace.hits) / static_cast<double>(trace.requests));
    check(same.passed, "a run with the trace's own ratio passes");
  } catch (const Error&) {
  }
  return 0;
}
