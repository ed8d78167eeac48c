// Any bytes are a plan of faults or an Error; a plan does nothing outside of its stated ranges.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "serve/faults.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spillway;
  const std::string text(data, data + size);
  serve::FaultPlan plan;
  try {
    plan = serve::FaultPlan::parse(text, "input", {});
  } catch (const Error&) {
    return 0;
  }
  const auto fault = plan.on_request({});
  check(!fault || (fault->status >= 400 && fault->status < 600), "a fault's status is an error's");
  check(plan.on_disk({}).delay >= Duration::zero(), "a delay is not negative");
  plan.models_empty({});
  plan.on_metrics(serve::MetricsPage::kvbm, {});
  check(!plan.to_json().empty(), "a plan can be shown");
  return 0;
}
