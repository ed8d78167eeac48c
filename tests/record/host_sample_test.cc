// SPDX-License-Identifier: Apache-2.0
#include "record/host_sample.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::record {
namespace {

using std::chrono::milliseconds;

TEST(HostSampleLine, HasNullForAllThatCouldNotBeRead) {
  HostSample sample;
  sample.taken = parse_utc("2026-02-12T00:00:00Z").value();
  EXPECT_EQ(
      host_sample_json(sample),
      R"({"timestamp_utc":"2026-02-12T00:00:00+00:00","slot":null,"since_start_s":0,"block":null,)"
      R"("cpu":{"user_share":null,"system_share":null,"iowait_share":null},)"
      R"("memory_kib":{"MemAvailable":null,"Cached":null,"Dirty":null,"Writeback":null,)"
      R"("SwapTotal":null,"SwapFree":null,"SwapCached":null},)"
      R"("paging":{"pgpgin":null,"pgpgout":null,"pgmajfault":null},)"
      R"("pressure":{"cpu":{"some":{"avg10_percent":null,"total_us":null},)"
      R"("full":{"avg10_percent":null,"total_us":null}},)"
      R"("io":{"some":{"avg10_percent":null,"total_us":null},)"
      R"("full":{"avg10_percent":null,"total_us":null}},)"
      R"("memory":{"some":{"avg10_percent":null,"total_us":null},)"
      R"("full":{"avg10_percent":null,"total_us":null}}},)"
      R"("cgroup":{"read_bytes":null,"write_bytes":null,"memory_bytes":null},)"
      R"("gpu":{"memory_bytes":null,"memory_used_bytes":null},"processes":null})");
}

TEST(HostSampleLine, HasEachFigureUnderItsName) {
  HostSample sample;
  sample.slot = 3;
  sample.since_start = milliseconds(3001);
  sample.block = {{{.device = "nvme0n1",
                    .reads = 1,
                    .read_bytes = 2,
                    .read_ms = 3,
                    .writes = 4,
                    .write_bytes = 5,
                    .write_ms = 6,
                    .in_flight = 7,
                    .busy_ms = 8,
                    .queue_ms = 9}}};
  sample.cpu.iowait = 0.25;
  sample.memory_kib = {{"Dirty", 0}};
  sample.processes = {{{.pid = 12,
                        .command_line = "serve",
                        .read_bytes = 1,
                        .write_bytes = 2,
                        .read_calls = 3,
                        .write_calls = 4}}};
  const std::string line = host_sample_json(sample);
  for (const char* part :
       {R"("slot":3,"since_start_s":3.001,)",
        R"("block":[{"device":"nvme0n1","reads":1,"read_bytes":2,"read_ms":3,"writes":4,)"
        R"("write_bytes":5,"write_ms":6,"in_flight":7,"busy_ms":8,"queue_ms":9}])",
        R"("iowait_share":0.25)", R"("Dirty":0,"Writeback":null)",
        R"("processes":[{"pid":12,"command_line":"serve","read_bytes":1,"write_bytes":2,)"
        R"("read_calls":3,"write_calls":4}])"}) {
    EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
  }
}

TEST(SampleCadence, CountsGapsAndTheSlotsThatPassed) {
  const std::vector<Duration> begun = {milliseconds(0), milliseconds(1000), milliseconds(2010),
                                       milliseconds(5000)};
  const SampleCadence cadence = sample_cadence(milliseconds(1000), begun, 6);
  EXPECT_EQ(cadence.count, 4U);
  EXPECT_EQ(cadence.missed, 2U);
  EXPECT_EQ(cadence.median_gap, milliseconds(1010));
  EXPECT_EQ(cadence.largest_gap, milliseconds(2990));
  EXPECT_EQ(sample_cadence_json(cadence),
            R"({"intended_s":1,"samples":4,"missed_slots":2,"median_gap_s":1.01,)"
            R"("largest_gap_s":2.99})");
}

TEST(SampleCadence, HasNoGapsWithOneSample) {
  const std::vector<Duration> begun = {Duration(0)};
  EXPECT_EQ(sample_cadence_json(sample_cadence(milliseconds(500), begun, 1)),
            R"({"intended_s":0.5,"samples":1,"missed_slots":0,"median_gap_s":null,)"
            R"("largest_gap_s":null})");
}

// Every name behind a quote and before a colon, of a line and of a cadence.
std::set<std::string> keys_of(std::string_view json) {
  std::set<std::string> keys;
  for (std::size_t at = json.find("\":"); at != std::string_view::npos;
       at = json.find("\":", at + 1)) {
    const std::size_t begin = json.rfind('"', at - 1) + 1;
    keys.emplace(json.substr(begin, at - begin));
  }
  return keys;
}

TEST(HostSampleLine, IsDocumentedKeyByKey) {
  std::ifstream file(SPILLWAY_SOURCE_DIR "/docs/metrics.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = document.find("\n## The machine around a workload\n");
  ASSERT_NE(begin, std::string::npos);
  const std::string section = document.substr(begin, document.find("\n## ", begin + 1) - begin);
  HostSample sample;
  sample.block.emplace().emplace_back();
  sample.processes.emplace().emplace_back();
  for (const std::string& json : {host_sample_json(sample), sample_cadence_json({})}) {
    for (const std::string& key : keys_of(json)) {
      EXPECT_NE(section.find(key), std::string::npos) << key;
    }
  }
}

}  // namespace
}  // namespace spillway::record
