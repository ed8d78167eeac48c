// SPDX-License-Identifier: Apache-2.0
#include "report/run_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "tests/record/filled_run.h"

namespace spillway::report {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

TEST(RunText, TellsWhatRanAndWhatItDid) {
  const std::string text = run_text(record::filled_run());
  for (const char* title : {"What ran", "Requests", "What users felt", "Failed requests", "Tiers",
                            "Reuse", "What the drive did", "What the tool cost", "Integrity",
                            "Errors", "Warnings", "NOT DECISION-GRADE"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + title));
  }
  EXPECT_THAT(text, HasSubstr("llama3.1-8b, seed 42"));
  EXPECT_THAT(text, HasSubstr("4 offered: 2 completed, 1 failed, 1 abandoned"));
  EXPECT_THAT(text, ContainsRegex("= time to first token +2 +9.00"));
  EXPECT_THAT(text, ContainsRegex("blocks +10 +4 +40.00 %"));
  EXPECT_THAT(text, ContainsRegex("share of those asked +100.00 % +100.00 %"));
  EXPECT_THAT(text, ContainsRegex("ratio piece / device +2.00 +1.50"));
  EXPECT_THAT(text, HasSubstr("direct I/O: yes; our queue depth while busy: 8.00"));
  EXPECT_THAT(text, HasSubstr("3 blocks read back and compared: 1 corrupted"));
}

TEST(RunText, LabelsWhatIsModelled) {
  const std::string text = run_text(record::filled_run());
  EXPECT_THAT(text, HasSubstr("gpu (modelled)"));
  EXPECT_THAT(text, Not(HasSubstr("storage (modelled)")));
  EXPECT_THAT(text, HasSubstr("storing what is new")) << "of whole entries no prefill is modelled";

  record::Run blocks = record::filled_run();
  blocks.observed.entries = {};
  EXPECT_THAT(run_text(blocks), HasSubstr("prefill (modelled)"));

  record::Run run = record::filled_run();
  run.window.clock = record::ClockKind::virtual_;
  EXPECT_THAT(run_text(run), HasSubstr("MODELLED: the time is virtual"));
  EXPECT_THAT(run_text(run), HasSubstr("What users felt (modelled: virtual time)"));
}

TEST(RunText, LeavesOutTiersThatAreOffAndSectionsWithoutData) {
  EXPECT_THAT(run_text(record::filled_run()), Not(HasSubstr("cpu (")));
  const std::string text = run_text(record::Run{});
  for (const char* title : {"What users felt", "Tiers", "Reuse", "What the drive did", "Integrity",
                            "Errors", "Warnings", "NOT DECISION-GRADE"}) {
    EXPECT_THAT(text, Not(HasSubstr(title)));
  }
}

TEST(RunText, MissingFiguresAreDashes) {
  record::Run run = record::filled_run();
  run.proof.device_read.reset();
  run.proof.direct.reset();
  const std::string text = run_text(run);
  EXPECT_THAT(text, ContainsRegex("bytes the device moved +- +2.00 MB"));
  EXPECT_THAT(text, HasSubstr("direct I/O: -"));
}

TEST(RunText, TellsHoursOfWaitingInSeconds) {
  record::Run run = record::filled_run();
  run.observed.completed.ttft.add(7'200'000'000'000, 100);
  run.observed.completed.end_to_end.add(7'200'000'000'000, 100);
  EXPECT_THAT(run_text(run), ContainsRegex("  s +requests"));
  EXPECT_THAT(run_text(run), ContainsRegex("= time to first token .* 7,200\n"));
}

TEST(RunText, FitsIntoAHundredColumns) {
  record::Run run = record::filled_run();
  run.warnings = {std::string(60, 'w') + " " + std::string(60, 'w')};
  run.plan = {.hash = std::string(32, 'f'),
              .requests = 1'000'000'000,
              .input_tokens = 1'000'000'000'000'000,
              .output_tokens = 1'000'000'000'000'000,
              .workload = std::string(300, 'x')};
  for (record::TierCounters& tier : run.observed.tiers) {
    tier.capacity_bytes = 1ULL << 50U;
    tier.modelled = true;
    tier.read.operations = 1'000'000'000;
    tier.read.bytes = 1ULL << 60U;
    tier.read.latency.add(86'400'000'000'000);
  }
  for (stats::Histogram* stage : {&run.observed.completed.queue_wait, &run.observed.completed.ttft,
                                  &run.observed.completed.end_to_end}) {
    stage->add(86'400'000'000'000, 1'000);
  }
  EXPECT_LE(widest_line(run_text(run)), 100U) << run_text(run);
}

}  // namespace
}  // namespace spillway::report
