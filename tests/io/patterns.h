// Bytes that tell where they belong, as sources and sinks of transfers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "io/transfer.h"

namespace spillway::io {

// Each 8 bytes hold a mix of the object's name and their offset in it (the finisher of
// splitmix64, which maps different inputs to different outputs).
inline std::uint64_t pattern_word(std::uint64_t name, std::uint64_t offset) {
  std::uint64_t word = (name << 40U) ^ offset;
  word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
  word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
  return word ^ (word >> 31U);
}

class PatternSource final : public ByteSource {
 public:
  explicit PatternSource(std::uint64_t name) : name_(name) {}
  std::span<const std::byte> supply(Bytes offset, std::span<std::byte> room) override {
    for (std::size_t at = 0; at < room.size(); at += sizeof(std::uint64_t)) {
      const std::uint64_t word = pattern_word(name_, offset.count() + at);
      std::memcpy(room.data() + at, &word, sizeof word);
    }
    return room;
  }

 private:
  std::uint64_t name_;
};

class PatternSink final : public ByteSink {
 public:
  explicit PatternSink(std::uint64_t name) : name_(name) {}
  std::span<std::byte> room(Bytes, Bytes) override { return {}; }
  void take(Bytes offset, std::span<const std::byte> piece) override {
    ++pieces;
    for (std::size_t at = 0; at < piece.size(); at += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, piece.data() + at, sizeof word);
      if (word == pattern_word(name_, offset.count() + at)) right += sizeof word;
    }
  }
  std::uint64_t right = 0;  // bytes
  std::uint64_t pieces = 0;

 private:
  std::uint64_t name_;
};

}  // namespace spillway::io
