// SPDX-License-Identifier: Apache-2.0
#include "scenario/tracing_settings.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/scenario/bench_config_of.h"

namespace spillway::scenario {
namespace {

TEST(TracingSettings, AreOffUnlessAskedFor) {
  const BenchConfig config = config_of({});
  EXPECT_EQ(config.tracing.io_trace, "");
  EXPECT_FALSE(config.tracing.latency);
  EXPECT_EQ(config.tracing.validation, "");
  EXPECT_FALSE(config.virtual_time);
}

TEST(TracingSettings, AnIoTraceAloneMovesNothing) {
  const BenchConfig config = config_of({{"io-trace-log", "t.csv"}});
  EXPECT_EQ(config.tracing.io_trace, "t.csv");
  EXPECT_TRUE(config.tracing.without_io);
  EXPECT_TRUE(config.virtual_time);
}

TEST(TracingSettings, WithAClockAnIoTraceIsOfThatRun) {
  const BenchConfig real = config_of({{"io-trace-log", "t.csv"}, {"clock", "real"}});
  EXPECT_FALSE(real.tracing.without_io);
  EXPECT_FALSE(real.virtual_time);
  const BenchConfig simulated = config_of({{"io-trace-log", "t.csv"}, {"clock", "virtual"}});
  EXPECT_FALSE(simulated.tracing.without_io);
  EXPECT_TRUE(simulated.virtual_time);
}

TEST(TracingSettings, RefuseWhatWouldDoNothing) {
  EXPECT_EQ(refusal_of({{"io-trace-extra", "on"}}),
            "--io-trace-extra has no effect without --io-trace-log; leave it out");
  EXPECT_EQ(refusal_of({{"io-trace-log", "t.csv"}, {"verify", "all"}}),
            "--verify has no effect beside --io-trace-log without --clock real, which moves no "
            "bytes; leave it out");
  EXPECT_EQ(refusal_of({{"io-trace-log", "t.csv"}, {"verify", "all"}, {"clock", "real"}}), "");
  for (const auto& modelled :
       {std::pair{"clock", "virtual"}, std::pair{"storage-layout", "modelled"}}) {
    EXPECT_EQ(refusal_of({{"enable-latency-tracing", "on"}, modelled}),
              "--enable-latency-tracing has no effect with modelled storage: no device is used; "
              "leave it out");
  }
}

}  // namespace
}  // namespace spillway::scenario
