// SPDX-License-Identifier: Apache-2.0
#include "serve/adapters.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "async/group.h"
#include "core/error.h"
#include "tests/tier/real_loop.h"
#include "tests/tier/temporary_directory.h"

namespace spillway::serve {
namespace {

using tier::run_with_queue;

constexpr Bytes kFile = 4_KiB + 1_MiB;

class AdaptersTest : public testing::Test {
 protected:
  void with_files(const std::function<async::Task<>(async::Loop&, AdapterFiles&)>& body) {
    run_with_queue([&](async::Loop& loop, io::Queue& queue) -> async::Task<> {
      AdapterFiles files(loop, queue, pool_, path_, 7);
      co_await body(loop, files);
    });
  }

  tier::TemporaryDirectory parent_;
  std::string path_ = parent_.path() + "/lora";
  async::Pool pool_{"files", 2};
};

TEST_F(AdaptersTest, AFileIsMadeOnceAndReadWhole) {
  with_files([&](async::Loop&, AdapterFiles& files) -> async::Task<> {
    const std::string made = co_await files.create("a-1", 1_MiB);
    EXPECT_EQ(made, "");
    const std::string again = co_await files.create("a-1", 5_MiB);
    EXPECT_EQ(again, "");
    const AdapterLoad loaded = co_await files.load("a-1");
    EXPECT_EQ(loaded.fault, "");
    EXPECT_EQ(loaded.file.size(), kFile);
  });
  EXPECT_EQ(std::filesystem::file_size(path_ + "/a-1"), kFile.count());
  EXPECT_FALSE(std::filesystem::exists(path_ + "/.a-1"));
}

TEST_F(AdaptersTest, OneWrongBitFails) {
  with_files([&](async::Loop&, AdapterFiles& files) -> async::Task<> {
    const std::string made = co_await files.create("a", 1_MiB);
    EXPECT_EQ(made, "");
    {
      std::fstream file(path_ + "/a", std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(500'000);
      const int byte = file.get();
      file.seekp(500'000);
      file.put(static_cast<char>(byte ^ 1));
    }
    const AdapterLoad loaded = co_await files.load("a");
    EXPECT_EQ(loaded.fault, "load a: its bytes are not those of its checksum");
    EXPECT_EQ(loaded.file.size(), Bytes(0));
  });
}

TEST_F(AdaptersTest, OnlyFilesOfAdaptersAreRead) {
  with_files([&](async::Loop&, AdapterFiles& files) -> async::Task<> {
    std::ofstream(parent_.path() + "/secret") << std::string(8192, 's');
    std::filesystem::create_symlink(parent_.path() + "/secret", path_ + "/link");
    std::ofstream(path_ + "/short") << "x";
    std::filesystem::create_directory(path_ + "/folder");
    for (const char* const name : {"link", "short", "folder", "absent", "../secret", ".."}) {
      const AdapterLoad loaded = co_await files.load(name);
      EXPECT_NE(loaded.fault, "") << name;
    }
    const std::string made = co_await files.create("../escaped", 1_MiB);
    EXPECT_NE(made, "");
  });
  EXPECT_FALSE(std::filesystem::exists(parent_.path() + "/escaped"));
}

TEST_F(AdaptersTest, TheCacheKeepsWhatWasUsedLast) {
  with_files([&](async::Loop& loop, AdapterFiles& files) -> async::Task<> {
    for (const char* const name : {"a", "b", "c"}) {
      const std::string made = co_await files.create(name, 1_MiB);
      EXPECT_EQ(made, "");
    }
    AdapterCache cache(loop, files, 2 * kFile);
    std::string hits;
    for (const char* const name : {"a", "b", "a", "c", "a", "b"}) {
      const AdapterAnswer answer = co_await cache.use(name);
      EXPECT_EQ(answer.fault, "");
      hits += answer.hit ? 'h' : 'm';
    }
    EXPECT_EQ(hits, "mmhmhm");
    EXPECT_EQ(cache.counters().hits, 2U);
    EXPECT_EQ(cache.counters().misses, 4U);
    EXPECT_EQ(cache.counters().evictions, 2U);
    EXPECT_EQ(cache.counters().read, 4 * kFile);
    EXPECT_EQ(cache.counters().load_ns.count(), 4U);
    EXPECT_EQ(cache.size(), 2 * kFile);
  });
}

TEST_F(AdaptersTest, RequestsForOneAdapterShareALoad) {
  with_files([&](async::Loop& loop, AdapterFiles& files) -> async::Task<> {
    const std::string made = co_await files.create("a", 1_MiB);
    EXPECT_EQ(made, "");
    AdapterCache cache(loop, files, 10_MiB);
    async::Stop stop;
    co_await async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
      for (int i = 0; i < 3; ++i) {
        group.spawn([](AdapterCache& its) -> async::Task<> {
          const AdapterAnswer answer = co_await its.use("a");
          EXPECT_EQ(answer.fault, "");
        }(cache));
      }
      co_return;
    });
    EXPECT_EQ(cache.counters().misses, 1U);
    EXPECT_EQ(cache.counters().hits, 2U);
    EXPECT_EQ(cache.counters().read, kFile);
  });
}

TEST_F(AdaptersTest, AFailedLoadIsCountedAndNotKept) {
  with_files([&](async::Loop& loop, AdapterFiles& files) -> async::Task<> {
    AdapterCache cache(loop, files, 10_MiB);
    const AdapterAnswer answer = co_await cache.use("absent");
    EXPECT_EQ(answer.fault, "load absent: No such file or directory");
    EXPECT_EQ(cache.counters().failed, 1U);
    EXPECT_EQ(cache.size(), Bytes(0));
  });
}

TEST(AdapterNameTest, AreShortAndPlain) {
  EXPECT_EQ(adapter_name_fault("Llama-3.1_fr.v2"), "");
  EXPECT_EQ(adapter_name_fault(std::string(128, 'a')), "");
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("a..b"), std::string("a/b"),
        std::string("-a"), std::string("a b"), std::string("a\0b", 3), std::string("\xC3\xA9"),
        std::string(129, 'a')}) {
    EXPECT_NE(adapter_name_fault(bad), "") << bad;
  }
}

TEST(AdapterSizeTest, IsThatOfTheNarrowMatrices) {
  kv::ModelShape model{.name = "Llama-3.1-8B", .source = {}};
  model.layers = 32;
  model.hidden = 4096;
  model.heads = 32;
  model.kv_heads = 8;
  model.head_dim = 128;
  model.element = kv::ElementType::bfloat16;
  // 32 layers x rank 16 x (2 x 8,192 for Q and O, 2 x 5,120 for K and V) x 2 bytes.
  EXPECT_EQ(adapter_size(model, 16), 26_MiB);
  model.kind = kv::AttentionKind::mla;
  EXPECT_THROW(adapter_size(model, 16), Error);
}

}  // namespace
}  // namespace spillway::serve
