// SPDX-License-Identifier: Apache-2.0
#include "report/metric_inventory.h"

#include <gtest/gtest.h>

namespace spillway::report {
namespace {

TEST(MetricInventory, PagesAreKeptAfterPressureAndAfterReplays) {
  EXPECT_EQ(snapshot_suffix("pressure_B", ""), "pressure");
  EXPECT_EQ(snapshot_suffix("thrash_2", ""), "pressure");
  EXPECT_EQ(snapshot_suffix("replay_A", ""), "replay");
  EXPECT_EQ(snapshot_suffix("replay", ""), "replay");
  EXPECT_FALSE(snapshot_suffix("populate", ""));
  EXPECT_FALSE(snapshot_suffix("", ""));
  EXPECT_EQ(snapshot_suffix("my_phase", "pressure"), "pressure");
  EXPECT_EQ(snapshot_suffix("climb", "replay"), "replay");
  EXPECT_FALSE(snapshot_suffix("climb", "measure"));
}

TEST(MetricInventory, APageThatCouldNotBeHadIsCommentsAlone) {
  EXPECT_EQ(missing_page_text(
                {.phase = "replay", .skipped = false, .reason = "", .error = "refused\nby peer"}),
            "# snapshot_unavailable phase=replay\n# error=refused by peer\n");
  EXPECT_EQ(
      missing_page_text(
          {.phase = "thrash", .skipped = true, .reason = "kvbm_disabled", .error = "skipped"}),
      "# snapshot_unavailable phase=thrash\n# skipped=true\n# reason=kvbm_disabled\n"
      "# error=skipped\n");
}

TEST(MetricInventory, KeywordsStandApartByCommasOrBlanks) {
  EXPECT_EQ(inventory_keywords("KVBM, disk  host,"),
            (std::vector<std::string>{"kvbm", "disk", "host"}));
  EXPECT_TRUE(inventory_keywords(" ,").empty());
}

TEST(MetricInventory, ListsWhatItAsksForWithItsFirstLine) {
  const std::vector<std::string> pages = {
      "# TYPE kvbm_b counter\nkvbm_b{x=\"1\"} 2\nkvbm_b{x=\"2\"} 3\nhttp_total 1\n",
      "KVBM_a 5\nkvbm_b 9\ndynamo_component_x_kvbm 1"};
  EXPECT_EQ(inventory_text({.title = "Metrics", .keywords = {"kvbm_"}}, pages),
            "# Metrics\n# keywords=kvbm_\n# metric_count=2\n\n"
            "KVBM_a\nsample: KVBM_a 5\n\nkvbm_b\nsample: kvbm_b{x=\"1\"} 2\n\n");
  const std::string components = inventory_text(
      {.title = "Metrics", .keywords = {"offload", "onboard"}, .components = true}, pages);
  EXPECT_EQ(components,
            "# Metrics\n# keywords=offload,onboard\n# metric_count=1\n\n"
            "dynamo_component_x_kvbm\nsample: dynamo_component_x_kvbm 1\n\n");
}

TEST(MetricInventory, APageOfSomethingElseGivesAnEmptyList) {
  const std::vector<std::string> pages = {"<html>\n\n# kvbm\n"};
  EXPECT_EQ(inventory_text({.title = "None", .keywords = {"kvbm"}}, pages),
            "# None\n# keywords=kvbm\n# metric_count=0\n\n");
}

}  // namespace
}  // namespace spillway::report
