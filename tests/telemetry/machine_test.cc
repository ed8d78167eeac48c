// SPDX-License-Identifier: Apache-2.0
#include "telemetry/machine.h"

#include <gtest/gtest.h>

#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

TEST(Machine, IsReadFromTheKernelsFiles) {
  const FakeTree tree;
  tree.put("cpuinfo", "processor\t: 0\nmodel name\t: Fast CPU 9000\n");
  tree.put("meminfo", "MemTotal:       1024 kB\nMemFree: 1 kB\nMemAvailable:    512 kB\n");
  tree.put("kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  const Machine found = machine(tree.root(), tree.root());
  EXPECT_EQ(found.cpu_model, "Fast CPU 9000");
  EXPECT_EQ(found.memory_bytes, 1024U * 1024);
  EXPECT_EQ(found.memory_available_bytes, 512U * 1024);
  EXPECT_EQ(found.huge_pages, "madvise");
  EXPECT_GE(found.cores, 1U);
  EXPECT_FALSE(found.kernel.empty());
}

TEST(Machine, DoesNotGuessWhatIsNotThere) {
  const FakeTree tree;
  const Machine found = machine(tree.root(), tree.root());
  EXPECT_FALSE(found.cpu_model.has_value());
  EXPECT_FALSE(found.memory_available_bytes.has_value());
  EXPECT_FALSE(found.huge_pages.has_value());
}

}  // namespace
}  // namespace spillway::telemetry
