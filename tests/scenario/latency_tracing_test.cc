// SPDX-License-Identifier: Apache-2.0
#include "scenario/latency_tracing.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

namespace fs = std::filesystem;

// The PATH has nothing but a shell script for bpftrace, while it lives.
class FakePath {
 public:
  explicit FakePath(const std::string& script) {
    const char* const before = std::getenv("PATH");
    before_ = before == nullptr ? "" : before;
    std::ofstream(directory_.file("bpftrace")) << "#!/bin/sh\nPATH=" << before_ << "\n" << script;
    fs::permissions(directory_.file("bpftrace"), fs::perms::owner_all);
    ::setenv("PATH", fs::path(directory_.file("bpftrace")).parent_path().c_str(), 1);
  }
  FakePath(const FakePath&) = delete;
  FakePath& operator=(const FakePath&) = delete;
  ~FakePath() { ::setenv("PATH", before_.c_str(), 1); }

  std::string file(const std::string& name) const { return directory_.file(name); }

 private:
  TemporaryDirectory directory_;
  std::string before_;
};

const std::string kCounts =
    "printf '%s\\n' \"$@\" >\"$(dirname \"$0\")/arguments\"\n"
    "trap 'printf \"\\n@d2c_read_us: \\n[64, 128)   3 |@@@@|\\n\"; exit 0' INT\n"
    "echo attached\n"
    "while :; do sleep 0.01; done\n";

tier::FileSystemFacts ext4() {
  tier::FileSystemFacts facts;
  facts.type = "ext4";
  facts.device = tier::DeviceNumber{.major = 259, .minor = 3};
  return facts;
}

TEST(LatencyTracing, BringsWhatBpftraceCounted) {
  if (::geteuid() != 0) GTEST_SKIP() << "bpftrace is started by root only";
  const FakePath path(kCounts);
  LatencyTracing tracing(ext4());
  tracing.start();
  EXPECT_EQ(tracing.reason(), "");
  const record::LatencyTracing result = tracing.finish();
  EXPECT_EQ(result.reason, "");
  ASSERT_TRUE(result.histograms.contains("d2c_read_us"));
  EXPECT_EQ(result.histograms.at("d2c_read_us").histogram.total(), 3U);
  std::ifstream file(path.file("arguments"));
  const std::string arguments{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(arguments.ends_with("\n" + std::to_string(::getpid()) + "\n271581187\n"))
      << "this process, and device 259:3 as the kernel counts it";
}

TEST(LatencyTracing, SaysThatThereIsNoDevice) {
  if (::geteuid() != 0) GTEST_SKIP() << "bpftrace is started by root only";
  const FakePath path(kCounts);
  tier::FileSystemFacts facts;
  facts.type = "tmpfs";
  LatencyTracing tracing(facts);
  tracing.start();
  const record::LatencyTracing result = tracing.finish();
  EXPECT_EQ(result.reason.find("tmpfs has no block device"), 0U) << result.reason;
  EXPECT_FALSE(result.histograms.empty());
}

TEST(LatencyTracing, GoesOnWithoutBpftrace) {
  const FakePath path("exit 1\n");
  fs::remove(path.file("bpftrace"));
  LatencyTracing tracing(ext4());
  tracing.start();
  EXPECT_NE(tracing.reason(), "");
  const record::LatencyTracing result = tracing.finish();
  EXPECT_EQ(result.reason, tracing.reason());
  EXPECT_TRUE(result.histograms.empty());
}

TEST(LatencyTracing, ThatNeverBeganSaysSo) {
  LatencyTracing tracing(ext4());
  EXPECT_EQ(tracing.finish().reason, "the run ended before its load began");
}

}  // namespace
}  // namespace spillway::scenario
