// SPDX-License-Identifier: Apache-2.0
#include "tier/content_io.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/error.h"

namespace spillway::tier {

std::span<const std::byte> ContentSource::supply(Bytes offset, std::span<std::byte> room) {
  content_.fill(key_, offset, room);
  return room;
}

VerifyingSink::VerifyingSink(const kv::BlockContent& content, kv::BlockKey key, kv::Verify verify,
                             std::span<std::byte> staging)
    : content_(content), key_(key), selected_(kv::selects(verify, key)), staging_(staging) {}

std::span<std::byte> VerifyingSink::room(Bytes /*offset*/, Bytes /*length*/) { return {}; }

void VerifyingSink::take(Bytes offset, std::span<const std::byte> piece) {
  if (selected_) {
    checked_ += Bytes(piece.size());
    const std::optional<std::uint64_t> wrong = content_.find_corruption(key_, offset, piece);
    if (!wrong) return;
    const std::uint64_t at = offset.count() + *wrong;
    corrupted_at_ = std::min(corrupted_at_.value_or(at), at);
    return;
  }
  while (!piece.empty() && !staging_.empty()) {
    const std::size_t part = std::min(piece.size(), staging_.size());
    std::memcpy(staging_.data(), piece.data(), part);
    copied_ += Bytes(part);
    piece = piece.subspan(part);
  }
}

void judge(BlockMove& move, const VerifyingSink& sink) {
  const std::optional<std::uint64_t> at = sink.corrupted_at();
  if (move.error || !at) return;
  move.error = stats::ErrorClass::corrupt;
  move.error_text =
      "block " + kv::to_text(move.key) + ": wrong byte at offset " + std::to_string(*at);
}

std::span<const std::byte> MemorySource::supply(Bytes offset, std::span<std::byte> room) {
  check(offset.count() + room.size() <= block_.size(), "a source has the padded size of its block");
  return block_.subspan(offset.count(), room.size());
}

std::span<std::byte> MemorySink::room(Bytes offset, Bytes length) {
  check((offset + length).count() <= block_.size(), "a sink has the padded size of its block");
  return block_.subspan(offset.count(), length.count());
}

void MemorySink::take(Bytes offset, std::span<const std::byte> piece) {
  check(piece.data() == block_.data() + offset.count(), "a piece arrives where it was asked to");
}

}  // namespace spillway::tier
