// The ends of a block's way: content that is made and checked, and memory that is moved as it is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "io/transfer.h"
#include "kv/block_key.h"
#include "kv/content.h"
#include "kv/verify.h"
#include "tier/store.h"

namespace spillway::tier {

// The content of a block, made piece by piece where the device wants it.
class ContentSource final : public io::ByteSource {
 public:
  ContentSource(const kv::BlockContent& content, kv::BlockKey key) : content_(content), key_(key) {}

  std::span<const std::byte> supply(Bytes offset, std::span<std::byte> room) override;

 private:
  const kv::BlockContent& content_;
  kv::BlockKey key_;
};

// What is read, checked against what was written if `verify` selects the block. A block that is not
// selected is copied into `staging`, piece over piece, as an engine would copy it on to its device;
// with no staging memory its bytes are not looked at.
class VerifyingSink final : public io::ByteSink {
 public:
  // `staging` is borrowed for as long as the sink lives; it may be shared by the sinks of a thread.
  VerifyingSink(const kv::BlockContent& content, kv::BlockKey key, kv::Verify verify,
                std::span<std::byte> staging = {});

  std::span<std::byte> room(Bytes offset, Bytes length) override;
  void take(Bytes offset, std::span<const std::byte> piece) override;

  // Lowest offset of a wrong byte; nothing when every byte that was checked is right.
  std::optional<std::uint64_t> corrupted_at() const { return corrupted_at_; }
  Bytes checked() const { return checked_; }
  Bytes copied() const { return copied_; }

 private:
  const kv::BlockContent& content_;
  kv::BlockKey key_;
  bool selected_;
  std::span<std::byte> staging_;
  std::optional<std::uint64_t> corrupted_at_;
  Bytes checked_;
  Bytes copied_;
};

// Who started the read calls this when it is done: a block that arrived whole but wrong becomes an
// error of class corrupt. A store cannot do it: it does not know what its bytes mean.
void judge(BlockMove& move, const VerifyingSink& sink);

// A block that lies in memory (of the padded size), to be written from there without a copy.
class MemorySource final : public io::ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> block) : block_(block) {}

  std::span<const std::byte> supply(Bytes offset, std::span<std::byte> room) override;

 private:
  std::span<const std::byte> block_;
};

// Memory (of the padded size) that a block is read straight into.
class MemorySink final : public io::ByteSink {
 public:
  explicit MemorySink(std::span<std::byte> block) : block_(block) {}

  std::span<std::byte> room(Bytes offset, Bytes length) override;
  void take(Bytes offset, std::span<const std::byte> piece) override;

 private:
  std::span<std::byte> block_;
};

}  // namespace spillway::tier
