// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/text/temporary_directory.h"
#include "tests/workload/traces.h"

namespace spillway::workload {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(TraceFormat, TellsTheFormatsApartByContent) {
  const TemporaryDirectory directory;
  const std::string lines = directory.write("a.txt", mooncake_line(0, {1}));
  const std::string document =
      directory.write("b.txt", conversation("c", {agentic_request(0, {1})}));
  EXPECT_EQ(detect_format({lines}).entry->name, "mooncake");
  EXPECT_EQ(detect_format({document}).entry->name, "kv-cache-tester");
  EXPECT_THAT(error_of([&] { detect_format({lines, document}); }),
              HasSubstr("b.txt: expected mooncake like"));
}

TEST(TraceFormat, RefusesUnknownEmptyAndMissingFiles) {
  const TemporaryDirectory directory;
  const std::string unknown = directory.write("a.json", "{\"x\": 1}");
  const std::string empty = directory.write("b.json", " \n");
  EXPECT_THAT(error_of([&] { detect_format({unknown}); }),
              HasSubstr("a.json:1: expected a trace: JSON"));
  EXPECT_THAT(error_of([&] { detect_format({empty}); }), HasSubstr("found an empty file"));
  EXPECT_THAT(error_of([&] { detect_format({directory.file("c.json")}); }),
              HasSubstr("No such file"));
}

TEST(TraceFormat, TakesTheTraceFilesOfADirectoryByName) {
  const TemporaryDirectory directory;
  for (const char* name : {"b.json", "a.jsonl", "c.json", "PROVENANCE.md", ".hidden.json"}) {
    directory.write(name, "x");
  }
  EXPECT_THAT(
      trace_files(directory.path()),
      ElementsAre(directory.file("a.jsonl"), directory.file("b.json"), directory.file("c.json")));
  EXPECT_THAT(trace_files(directory.file("c.json")), ElementsAre(directory.file("c.json")));
}

TEST(TraceFormat, RefusesADirectoryWithoutTraces) {
  const TemporaryDirectory directory;
  directory.write("notes.md", "x");
  EXPECT_THAT(error_of([&] { trace_files(directory.path()); }),
              HasSubstr("expected *.json or *.jsonl"));
}

}  // namespace
}  // namespace spillway::workload
