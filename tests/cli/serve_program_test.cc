// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/cli/program.h"
#include "tests/text/temporary_directory.h"

namespace spillway::cli {
namespace {

Ended serve(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "serve");
  return Program(arguments).wait();
}

TEST(ServeProgramTest, HelpNamesTheTiersAndHasExamples) {
  const Ended ended = serve({"--help"});
  EXPECT_EQ(ended.status, 0);
  for (const char* const text : {"--tier-mode", "--null", "--fault", "Examples:", "SIGTERM"}) {
    EXPECT_NE(ended.out.find(text), std::string::npos) << text;
  }
}

TEST(ServeProgramTest, BadInputEndsWithStatus2AndSaysWhy) {
  const Ended open = serve({"--listen", "0.0.0.0", "--port", "0"});
  EXPECT_EQ(open.status, 2);
  EXPECT_NE(open.err.find("give an --api-key"), std::string::npos) << open.err;
  const Ended nothing = serve({"--tier-mode", "B1", "--disk-cache-gb", "1"});
  EXPECT_EQ(nothing.status, 2);
  EXPECT_NE(nothing.err.find("--disk-cache-gb"), std::string::npos) << nothing.err;
}

TEST(ServeProgramTest, SigtermEndsItAndLeavesNothingBehind) {
  const TemporaryDirectory cache;
  Program program({"serve", "--port", "0", "--system-port", "0", "--kvbm-port", "0", "--cache-dir",
                   cache.path(), "--gpu-cache-gb", "1", "--cpu-cache-gb", "64MiB",
                   "--disk-cache-gb", "64MiB"});
  ASSERT_TRUE(program.wait_for_output("block manager metrics on port"));
  EXPECT_FALSE(std::filesystem::is_empty(cache.path()));
  program.signal(SIGTERM);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.status, 0);
  EXPECT_NE(ended.err.find("Finishing what is under way"), std::string::npos);
  EXPECT_NE(ended.err.find("0 requests completed"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(cache.path()));
}

TEST(ServeProgramTest, AProxyStandsBeforeABackend) {
  const TemporaryDirectory directory;
  const Ended nowhere = Program({"proxy", "--adapter-dir", directory.path()}).wait();
  EXPECT_EQ(nowhere.status, 2);
  EXPECT_NE(nowhere.err.find("BACKEND_URL"), std::string::npos) << nowhere.err;
  Program program({"proxy", "--port", "0", "--backend-url", "http://127.0.0.1:9/v1",
                   "--adapter-dir", directory.file("lora")});
  ASSERT_TRUE(program.wait_for_output("passes on to http://127.0.0.1:9; adapters in"));
  program.signal(SIGTERM);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.status, 0);
  EXPECT_NE(ended.err.find("read 0 times"), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace spillway::cli
