// SPDX-License-Identifier: Apache-2.0
#include "tier/block_transfer.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "core/error.h"
#include "io/file.h"
#include "tests/tier/temporary_directory.h"

namespace spillway::tier {
namespace {

using namespace std::chrono_literals;

TEST(BlockTransfer, MovesThePaddedBlock) {
  const BlockMove move{.key = {}, .placement = {.offset = 12'288}, .size = 5'000_B};
  const io::Transfer transfer = transfer_of(move, io::Direction::read, 3, 12'288);
  EXPECT_EQ(transfer.length, 8_KiB);
  EXPECT_EQ(transfer.offset, 12'288U);
  EXPECT_EQ(transfer.file, 3);
}

TEST(BlockTransfer, TimesCountFromWhenTheStoreWasAsked) {
  BlockMove move;
  io::Transfer done;
  done.queued = Time(5ms);
  done.submitted = Time(7ms);
  done.completed = Time(11ms);
  settle(move, done, Time(4ms));
  EXPECT_EQ(move.queue_wait, 3ms);
  EXPECT_EQ(move.latency, 7ms);
  EXPECT_FALSE(move.error);
}

TEST(BlockTransfer, FailuresHaveClassesAndWords) {
  const auto class_of = [](int error, bool is_short) {
    BlockMove move;
    io::Transfer done;
    done.error = error;
    done.is_short = is_short;
    settle(move, done, Time{});
    EXPECT_NE(move.error_text.find("read block 0000"), std::string::npos) << move.error_text;
    return move.error;
  };
  EXPECT_EQ(class_of(EIO, false), stats::ErrorClass::io_error);
  EXPECT_EQ(class_of(EIO, true), stats::ErrorClass::io_error);
  EXPECT_EQ(class_of(ENOSPC, false), stats::ErrorClass::no_space);
  EXPECT_EQ(class_of(EDQUOT, false), stats::ErrorClass::no_space);
  EXPECT_EQ(class_of(0, true), stats::ErrorClass::short_transfer);
}

TEST(BlockTransfer, AcceptsAFileThatNeedsNoMoreThanOurAlignment) {
  const TemporaryDirectory parent;
  const UniqueFd file =
      io::open_file(parent / "file", {.direct = true, .create = true, .preallocate = {}});
  EXPECT_NO_THROW(require_block_alignment(file.get(), "file"));
}

TEST(BlockTransferDeathTest, ABlockHasBytes) {
  EXPECT_DEATH((void)transfer_of({}, io::Direction::read, 3, 0), "has bytes");
}

}  // namespace
}  // namespace spillway::tier
