// SPDX-License-Identifier: Apache-2.0
#include "record/metric.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "record/run_json.h"
#include "tests/record/filled_run.h"
#include "text/json_reader.h"

namespace spillway::record {
namespace {

void collect_leaves(const text::JsonValue& value, const std::string& path,
                    std::vector<std::string>& leaves) {
  const std::string before = path.empty() ? "" : path + ".";
  if (value.is_object()) {
    for (const auto& [name, member] : value.members())
      collect_leaves(member, before + name, leaves);
  } else if (value.is_array()) {
    std::size_t index = 0;
    for (const text::JsonValue& item : value.elements()) {
      collect_leaves(item, before + std::to_string(index++), leaves);
    }
  } else {
    leaves.push_back(path);
  }
}

// Paths of all values of a record that has every one. A list of texts counts as one value.
std::vector<std::string> leaves_of_a_record() {
  std::vector<std::string> leaves;
  collect_leaves(text::parse_json(to_json(filled_run()), "record.json"), "", leaves);
  return leaves;
}

TEST(Metric, EveryNumberOfARecordIsDefined) {
  for (const std::string& leaf : leaves_of_a_record()) {
    if (leaf.starts_with("environment.")) continue;  // a fact may be a list
    EXPECT_NE(find_metric(leaf), nullptr) << leaf;
  }
}

TEST(Metric, EveryDefinitionIsOfANumberOfARecord) {
  std::set<const Metric*> used;
  for (const std::string& leaf : leaves_of_a_record()) used.insert(find_metric(leaf));
  for (const Metric& metric : metrics()) EXPECT_TRUE(used.contains(&metric)) << metric.name;
}

TEST(Metric, EveryDefinitionSaysWhatAndWhence) {
  for (const Metric& metric : metrics()) {
    EXPECT_FALSE(metric.text.empty()) << metric.name;
    EXPECT_FALSE(metric.source.empty()) << metric.name;
  }
}

TEST(Metric, TheDocumentListsEveryDefinitionWordForWord) {
  std::ifstream file(SPILLWAY_SOURCE_DIR "/docs/metrics.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  std::string missing;
  for (const Metric& metric : metrics()) {
    std::ostringstream row;
    row << "| `" << metric.name << "` | " << metric.unit << " | " << metric.text << " | "
        << metric.source << " |\n";
    const std::string line = row.str();
    if (document.find(line) == std::string::npos) missing += line;
  }
  EXPECT_EQ(missing, "");
}

TEST(Metric, MatchesNamesAlternativesAndAnyName) {
  ASSERT_NE(find_metric("tiers.cpu.read.bytes"), nullptr);
  EXPECT_EQ(find_metric("tiers.cpu.read.bytes"), find_metric("tiers.gpu.write.bytes"));
  EXPECT_EQ(find_metric("tiers.cpu.both.bytes"), nullptr);
  EXPECT_EQ(find_metric("tiers.cpu.read"), nullptr);
  EXPECT_EQ(find_metric("tiers.cpu.read.bytes.more"), nullptr);
  EXPECT_EQ(find_metric(""), nullptr);
}

}  // namespace
}  // namespace spillway::record
