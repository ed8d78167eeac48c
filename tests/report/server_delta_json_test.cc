// SPDX-License-Identifier: Apache-2.0
#include "report/server_delta_json.h"

#include <gtest/gtest.h>

namespace spillway::report {
namespace {

std::string json_of(const analysis::ServerDelta& delta) {
  text::JsonWriter json;
  write_server_delta(json, delta);
  return json.text();
}

TEST(ServerDeltaJson, HasFiguresByTierAndNullsWithTheirReasons) {
  analysis::ServerDelta delta;
  delta.available = true;
  analysis::ServerFigures& figures = delta.stacks["vllm"];
  figures["device.hit_tokens"].value = 12;
  figures["device.hit_tokens"].reset = true;
  figures["device.query_tokens"].reason = "not_on_page";
  figures["host.usage_ratio"].reason = "several_series";
  figures["host.usage_ratio"].by_labels = {{"engine=0", 0.5}, {"engine=1", 0.25}};
  EXPECT_EQ(json_of(delta),
            R"({"available":true,"reason":null,"stacks":{"vllm":{"figures":{"device":)"
            R"({"hit_tokens":12,"query_tokens":null},"host":{"usage_ratio":null}},"missing":)"
            R"({"device.query_tokens":"not_on_page","host.usage_ratio":"several_series"},)"
            R"("counter_resets":["device.hit_tokens"],"gauges_by_labels":{"host.usage_ratio":)"
            R"({"engine=0":0.5,"engine=1":0.25}}}}})");
}

TEST(ServerDeltaJson, SaysWhyThereIsNone) {
  analysis::ServerDelta delta;
  delta.reason = "no_known_metrics";
  EXPECT_EQ(json_of(delta), R"({"available":false,"reason":"no_known_metrics","stacks":{}})");
}

}  // namespace
}  // namespace spillway::report
