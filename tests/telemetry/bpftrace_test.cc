// SPDX-License-Identifier: Apache-2.0
#include "telemetry/bpftrace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "telemetry/block_latency.h"
#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

// What a real one prints at its end.
constexpr const char* kHistogram =
    "\n@d2c_read_us: \n[64, 128)              3 |@@@@|\n[512, 1K)              1 |@   |\n";

// A PATH with a shell script for bpftrace. It stands in for what bpftrace does with its arguments,
// its streams and its signals; the kernel's side needs root and hardware.
class FakeBpftrace {
 public:
  explicit FakeBpftrace(const std::string& script) {
    tree_.put("bin/bpftrace", "#!/bin/sh\nprintf '%s\\n' \"$@\" >" + file("arguments") + "\n" +
                                  "echo $$ >" + file("pid") + "\n" + script);
    std::filesystem::permissions(file("bin/bpftrace"), std::filesystem::perms::owner_all);
    tree_.put("histogram", kHistogram);
  }

  std::string file(const std::string& name) const { return tree_.root() + "/" + name; }
  std::string content(const std::string& name) const {
    std::ifstream stream(file(name));
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  BpftraceOptions options() const {
    return {.process = 4711,
            .device = kernel_device_number(259, 3),
            .search_path = "/nowhere::" + file("bin") + ":/usr/bin",
            .root = true};
  }

 private:
  FakeTree tree_;
};

// Tells that it is attached, then prints the histogram when it is interrupted.
const std::string kWellBehaved =
    "trap 'cat \"$(dirname \"$0\")/../histogram\"; exit 0' INT\n"
    "echo 'Attaching 19 probes...'\n"
    "echo attached\n"
    "while :; do sleep 0.01; done\n";

TEST(Bpftrace, AttachesAndReadsWhatWasCounted) {
  const FakeBpftrace fake(kWellBehaved);
  Bpftrace trace(fake.options());
  ASSERT_TRUE(trace.attached()) << trace.reason();
  const BpftraceResult result = trace.finish();
  EXPECT_EQ(result.reason, "");
  ASSERT_TRUE(result.histograms.contains("d2c_read_us"));
  EXPECT_EQ(result.histograms.at("d2c_read_us").histogram.total(), 4U);
}

TEST(Bpftrace, GivesTheScriptTheProcessAndTheDevice) {
  const FakeBpftrace fake(kWellBehaved);
  const Bpftrace trace(fake.options());
  EXPECT_EQ(fake.content("arguments"),
            "-B\nnone\n-e\n" + std::string(block_latency_script()) + "\n4711\n271581187\n");
}

TEST(Bpftrace, RunsInAGroupOfItsOwnAndDoesNotOutliveUs) {
  const FakeBpftrace fake(kWellBehaved);
  pid_t child = 0;
  {
    const Bpftrace trace(fake.options());
    child = std::stoi(fake.content("pid"));
    EXPECT_EQ(::getpgid(child), child);
  }
  EXPECT_EQ(::kill(child, 0), -1);
}

// The program blocks Ctrl-C in all its threads and listens on one; a child inherits the block.
TEST(Bpftrace, CanBeInterruptedWhereWeBlockTheSignal) {
  sigset_t interrupt;
  sigset_t before;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &interrupt, &before);
  const FakeBpftrace fake(kWellBehaved);
  EXPECT_EQ(Bpftrace(fake.options()).finish().reason, "");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Bpftrace, IsMissingForAReason) {
  BpftraceOptions options = FakeBpftrace(kWellBehaved).options();  // its files are gone again
  options.search_path = "/nowhere";
  Bpftrace trace(options);
  EXPECT_FALSE(trace.attached());
  EXPECT_EQ(trace.reason(), "bpftrace is not on the PATH: install the package bpftrace");
  EXPECT_EQ(trace.finish().reason, trace.reason());
}

TEST(Bpftrace, IsNotStartedWithoutRoot) {
  const FakeBpftrace fake(kWellBehaved);
  BpftraceOptions options = fake.options();
  options.root = false;
  EXPECT_THAT(Bpftrace(options).reason(), HasSubstr("needs root"));
  EXPECT_EQ(fake.content("pid"), "");
}

TEST(Bpftrace, SaysWhyItEndedTooEarly) {
  const FakeBpftrace fake(
      "echo 'stdin:1: WARNING: vfs_read is not traceable' >&2\n"
      "echo 'ERROR: Could not resolve symbol' >&2\nexit 3\n");
  EXPECT_EQ(Bpftrace(fake.options()).reason(),
            "bpftrace ended before its probes were there (status 3): "
            "ERROR: Could not resolve symbol");
}

TEST(Bpftrace, IsKilledWhenItNeverAttaches) {
  const FakeBpftrace fake("while :; do sleep 0.01; done\n");
  BpftraceOptions options = fake.options();
  options.attach_limit = 100ms;
  const Bpftrace trace(options);
  EXPECT_EQ(trace.reason(), "bpftrace had not set its probes after 100 ms");
}

TEST(Bpftrace, IsKilledWhenItDoesNotEnd) {
  const FakeBpftrace fake("trap '' INT\necho attached\nwhile :; do sleep 0.01; done\n");
  BpftraceOptions options = fake.options();
  options.end_limit = 50ms;
  Bpftrace trace(options);
  ASSERT_TRUE(trace.attached()) << trace.reason();
  EXPECT_THAT(trace.finish().reason, StartsWith("bpftrace did not end within 50"));
  EXPECT_EQ(::kill(std::stoi(fake.content("pid")), 0), -1);
}

TEST(Bpftrace, ThatFailsAtTheEndHasNoHistograms) {
  const FakeBpftrace fake(
      "trap 'cat \"$(dirname \"$0\")/../histogram\"; echo ERROR: lost >&2; exit 1' INT\n"
      "echo attached\nwhile :; do sleep 0.01; done\n");
  const BpftraceResult result = Bpftrace(fake.options()).finish();
  EXPECT_EQ(result.reason, "bpftrace failed (status 1): ERROR: lost");
  EXPECT_TRUE(result.histograms.empty());
}

TEST(Bpftrace, ThatPrintsNonsenseIsAReason) {
  const FakeBpftrace fake(
      "trap 'echo @x:; echo \"[one] 2 |@|\"; exit 0' INT\n"
      "echo attached\nwhile :; do sleep 0.01; done\n");
  EXPECT_THAT(Bpftrace(fake.options()).finish().reason,
              StartsWith("output of bpftrace:3: expected a bucket"));
}

TEST(Bpftrace, ThatSawNothingIsAReason) {
  const FakeBpftrace fake("trap 'exit 0' INT\necho attached\nwhile :; do sleep 0.01; done\n");
  EXPECT_EQ(Bpftrace(fake.options()).finish().reason,
            "bpftrace saw no I/O of this process or device");
}

}  // namespace
}  // namespace spillway::telemetry
