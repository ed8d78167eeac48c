// SPDX-License-Identifier: Apache-2.0
#include "text/prometheus_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "tests/text/temporary_directory.h"
#include "text/prometheus_writer.h"

namespace spillway::text {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

PrometheusPage page(std::string_view text) { return parse_prometheus(text, "page"); }

PrometheusSample only(std::string_view text) {
  const PrometheusPage read = page(text);
  EXPECT_EQ(read.first_fault, "");
  EXPECT_EQ(read.samples.size(), 1U);
  return read.samples.empty() ? PrometheusSample{} : read.samples.front();
}

// From the format's own description (prometheus.io, "Exposition formats"), shortened.
TEST(PrometheusReader, ReadsAPublishedExample) {
  const PrometheusPage read = page(
      "# HELP http_requests_total The total number of HTTP requests.\n"
      "# TYPE http_requests_total counter\n"
      "http_requests_total{method=\"post\",code=\"200\"} 1027 1395066363000\n"
      "http_requests_total{method=\"post\",code=\"400\"}    3 1395066363000\n"
      "\n"
      "# A comment.\n"
      "msdos_file_access_time_seconds{path=\"C:\\\\DIR\\\\FILE.TXT\",error=\"Cannot "
      "find file:\\n\\\"FILE.TXT\\\"\"} 1.458255915e9\n"
      "metric_without_timestamp_and_labels 12.47\n"
      "something_weird{problem=\"division by zero\"} +Inf -3982045\n");
  EXPECT_EQ(read.faults, 0U);
  ASSERT_EQ(read.samples.size(), 5U);
  EXPECT_EQ(read.samples[0].labels, (Labels{{"method", "post"}, {"code", "200"}}));
  EXPECT_EQ(read.samples[0].timestamp_ms, 1395066363000);
  EXPECT_DOUBLE_EQ(read.samples[1].value, 3);
  EXPECT_EQ(read.samples[2].labels[0].second, "C:\\DIR\\FILE.TXT");
  EXPECT_EQ(read.samples[2].labels[1].second, "Cannot find file:\n\"FILE.TXT\"");
  EXPECT_DOUBLE_EQ(read.samples[2].value, 1.458255915e9);
  EXPECT_FALSE(read.samples[3].timestamp_ms);
  EXPECT_DOUBLE_EQ(read.samples[4].value, std::numeric_limits<double>::infinity());
  EXPECT_EQ(read.samples[4].timestamp_ms, -3982045);
  EXPECT_EQ(read.types.at("http_requests_total"), "counter");
  EXPECT_EQ(read.help.at("http_requests_total"), "The total number of HTTP requests.");
}

TEST(PrometheusReader, TakesBlanksWhereTheFormatHasThem) {
  const PrometheusSample sample = only("  a:b { x = \"1\" , y=\"} 2\" , }\t-2.5e3 \r\n");
  EXPECT_EQ(sample.name, "a:b");
  EXPECT_EQ(sample.labels, (Labels{{"x", "1"}, {"y", "} 2"}}));
  EXPECT_DOUBLE_EQ(sample.value, -2500);
  EXPECT_TRUE(only("a{} 1").labels.empty());
}

TEST(PrometheusReader, ReadsWhatIsNotFinite) {
  EXPECT_TRUE(std::isnan(only("a NaN").value));
  EXPECT_EQ(only("a -Inf").value, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(only("a Inf").value, std::numeric_limits<double>::infinity());
}

TEST(PrometheusReader, LeavesOutLinesThatAreNoSamplesAndCountsThem) {
  const PrometheusPage read = page("a 1\n1a 2\nb\nc x\nd 1 2 3\ne 1 2.5\nf{x=1} 1\ng 4\n");
  ASSERT_EQ(read.samples.size(), 2U);
  EXPECT_EQ(read.samples[1].name, "g");
  EXPECT_EQ(read.faults, 6U);
  EXPECT_EQ(read.first_fault, "line 2: expected the name of a metric, found \"1a 2\"");
}

TEST(PrometheusReader, RefusesLabelsThatAreCutOrEscapedOtherwise) {
  for (const std::string_view line :
       {"a{", "a{x", "a{x=", "a{x=\"", "a{x=\"1", "a{x=\"1\"", "a{x=\"1\" y=\"2\"} 1",
        "a{x=\"\\t\"} 1", "a{x:y=\"1\"} 1", "a{,} 1", "a ++1", "a nan(1)", "# TYPE 1 counter"}) {
    const PrometheusPage read = page(line);
    EXPECT_EQ(read.faults, 1U) << line;
    EXPECT_TRUE(read.samples.empty()) << line;
  }
}

TEST(PrometheusReader, HoldsItsLimits) {
  EXPECT_NE(error_of([] {
              parse_prometheus("a 1\nb 2\n", "page", {.samples = 1});
            }).find("at most 1 samples"),
            std::string::npos);
  EXPECT_NE(error_of([] {
              parse_prometheus("a 1\n", "page", {.size = Bytes(3)});
            }).find("at most 3 bytes"),
            std::string::npos);
}

TEST(PrometheusReader, ReadsWhatOurWriterWrites) {
  PrometheusWriter writer;
  writer.family("hits_total", PrometheusType::counter, "Hits\\of\nall.");
  const std::array<PrometheusLabel, 1> labels = {{{.name = "tier", .value = "a\"b\\c\nd"}}};
  writer.sample(labels, 3.25);
  const PrometheusPage read = page(writer.text());
  ASSERT_EQ(read.samples.size(), 1U);
  EXPECT_EQ(read.samples[0].labels, (Labels{{"tier", "a\"b\\c\nd"}}));
  EXPECT_DOUBLE_EQ(read.samples[0].value, 3.25);
  EXPECT_EQ(read.help.at("hits_total"), "Hits\\of\nall.");
  EXPECT_EQ(read.types.at("hits_total"), "counter");
}

}  // namespace
}  // namespace spillway::text
