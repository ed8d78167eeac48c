// SPDX-License-Identifier: Apache-2.0
#include "text/prometheus_writer.h"

#include <gtest/gtest.h>
#include <stdio.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>

namespace spillway::text {
namespace {

PrometheusWriter gauge() {
  PrometheusWriter page;
  page.family("g", PrometheusType::gauge, "A gauge.");
  return page;
}

// What follows the name of one sample of this value.
std::string text_of(auto value) {
  PrometheusWriter page = gauge();
  const std::size_t before = page.text().size();
  page.sample({}, value);
  return page.text().substr(before + 2);
}

TEST(PrometheusWriter, WritesAFamilyAndItsSamples) {
  PrometheusWriter page;
  page.family("http_requests_total", PrometheusType::counter, "Requests.");
  const std::array<PrometheusLabel, 2> labels = {{{"method", "post"}, {"code", "200"}}};
  page.sample(labels, std::uint64_t{1027});
  page.sample({}, std::uint64_t{3});
  EXPECT_EQ(page.text(),
            "# HELP http_requests_total Requests.\n"
            "# TYPE http_requests_total counter\n"
            "http_requests_total{method=\"post\",code=\"200\"} 1027\n"
            "http_requests_total 3\n");
}

TEST(PrometheusWriter, EscapesHelpAndLabels) {
  PrometheusWriter page;
  page.family("m", PrometheusType::untyped, "A \"path\" such as C:\\DIR\nand more");
  const std::array<PrometheusLabel, 1> labels = {{{"path", "C:\\DIR\n\"x\""}}};
  page.sample(labels, std::uint64_t{1});
  EXPECT_EQ(page.text(),
            "# HELP m A \"path\" such as C:\\\\DIR\\nand more\n"
            "# TYPE m untyped\n"
            "m{path=\"C:\\\\DIR\\n\\\"x\\\"\"} 1\n");
}

TEST(PrometheusWriter, WritesNumbersThatReadBackTheSame) {
  EXPECT_EQ(text_of(0.1), "0.1\n");
  EXPECT_EQ(std::stod(text_of(1.0 / 3.0)), 1.0 / 3.0);
  EXPECT_EQ(text_of(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615\n");
  EXPECT_EQ(text_of(std::numeric_limits<double>::infinity()), "+Inf\n");
  EXPECT_EQ(text_of(-std::numeric_limits<double>::infinity()), "-Inf\n");
  EXPECT_EQ(text_of(std::numeric_limits<double>::quiet_NaN()), "NaN\n");
}

PrometheusWriter with_histogram() {
  PrometheusWriter page;
  page.family("wait_seconds", PrometheusType::histogram, "Wait.");
  const std::array<PrometheusLabel, 1> labels = {{{"q", "a"}}};
  const std::array<double, 2> bounds = {0.5, 1};
  const std::array<std::uint64_t, 2> at_most = {2, 3};
  page.histogram(labels, {.bounds = bounds, .at_most = at_most, .count = 4, .sum = 5.25});
  return page;
}

TEST(PrometheusWriter, WritesAHistogramWithItsSumAndCount) {
  EXPECT_EQ(with_histogram().text(),
            "# HELP wait_seconds Wait.\n"
            "# TYPE wait_seconds histogram\n"
            "wait_seconds_bucket{q=\"a\",le=\"0.5\"} 2\n"
            "wait_seconds_bucket{q=\"a\",le=\"1\"} 3\n"
            "wait_seconds_bucket{q=\"a\",le=\"+Inf\"} 4\n"
            "wait_seconds_sum{q=\"a\"} 5.25\n"
            "wait_seconds_count{q=\"a\"} 4\n");
}

TEST(PrometheusWriter, IsAcceptedByPromtool) {
  // promtool comes with Debian's package prometheus.
  FILE* const promtool = popen("promtool check metrics 2>&1", "w");
  ASSERT_NE(promtool, nullptr);
  const std::string page = with_histogram().text();
  EXPECT_EQ(fwrite(page.data(), 1, page.size(), promtool), page.size());
  EXPECT_EQ(pclose(promtool), 0)
      << "promtool refuses the page, or the package prometheus is missing";
}

TEST(PrometheusWriterDeathTest, RefusesWhatTheFormatHasNoPlaceFor) {
  PrometheusWriter page;
  EXPECT_DEATH(page.family("9lives", PrometheusType::gauge, "x"), "name that Prometheus allows");
  EXPECT_DEATH(page.sample({}, 1.0), "a sample has a family");
  const std::array<PrometheusLabel, 1> labels = {{{"a:b", "c"}}};
  EXPECT_DEATH(gauge().sample(labels, 1.0), "a label has a name");
  EXPECT_DEATH(gauge().histogram({}, {}), "buckets stand in a histogram");
}

}  // namespace
}  // namespace spillway::text
