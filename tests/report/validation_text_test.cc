// SPDX-License-Identifier: Apache-2.0
#include "report/validation_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace spillway::report {
namespace {

using record::ResultFormat;
using record::ServingFigure;
using record::ServingResult;

ServingResult result(const std::string& source, ResultFormat format, double tokens_per_s) {
  ServingResult one{.format = format, .source = source, .remarks = {}};
  one.of(ServingFigure::output_tokens_per_s) = tokens_per_s;
  return one;
}

ServingResult run(double tokens_per_s) { return result("run", ResultFormat::record, tokens_per_s); }

TEST(ValidationText, ShowsFiguresNotesAndTheVerdict) {
  ServingResult theirs = result("bench.json", ResultFormat::vllm_serve, 100);
  theirs.of(ServingFigure::ttft_p99_ms) = 50;
  theirs.remarks = {"3 requests failed and are in no latency"};
  EXPECT_EQ(validation_text(analysis::validate({run(98)}, {theirs}, 0.05)),
            "Ours    run (spillway record)\n"
            "Theirs  bench.json (vllm bench serve)\n"
            "\n"
            "  figure               ours  theirs  ratio  95 % interval             within 5 %\n"
            "  output_tokens_per_s  98.0     100  0.980              -                    yes\n"
            "  ttft_p99_ms             -    50.0      -              -  ours does not have it\n"
            "  note: bench.json: 3 requests failed and are in no latency\n"
            "  note: one run of ours: no interval can be given; give trials, three at least\n"
            "\n"
            "All 1 figures that both have agree within 5 %.\n");
}

TEST(ValidationText, ShowsTheIntervalAndWhetherItIsSure) {
  const ServingResult theirs = result("bench.json", ResultFormat::vllm_serve, 100);
  const std::string text =
      validation_text(analysis::validate({run(103), run(104), run(105)}, {theirs}, 0.05));
  EXPECT_NE(text.find("1.040  1.015 to 1.065  yes, not surely"), std::string::npos) << text;
  EXPECT_NE(text.find("run, run, run (spillway record)"), std::string::npos) << text;
  EXPECT_NE(text.find("have our variation only"), std::string::npos) << text;
}

TEST(ValidationText, CountsWhatDoesNotAgree) {
  const ServingResult theirs = result("old", ResultFormat::record, 100);
  const std::string text =
      validation_text(analysis::validate({run(90), run(90)}, {theirs, theirs}, 0.025));
  EXPECT_NE(text.find("1 of 1 figures that both have do not agree within 2.5 %."),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("note"), std::string::npos) << text;
}

}  // namespace
}  // namespace spillway::report
