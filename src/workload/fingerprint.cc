// SPDX-License-Identifier: Apache-2.0
#include "workload/fingerprint.h"

#include <fmt/core.h>
#define XXH_INLINE_ALL  // NOLINT(readability-identifier-naming): the library's switch
#include <xxhash.h>

namespace spillway::workload {
namespace {

// Integers as bytes in one order, whatever the machine's is.
class Stream {
 public:
  void reserve(std::size_t integers) { bytes_.reserve(8 * integers); }

  void add(std::uint64_t integer) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
      bytes_.push_back(static_cast<char>((integer >> shift) & 0xFFU));
    }
  }
  void add(const Digest& digest) {
    add(digest.high);
    add(digest.low);
  }

  Digest hash() const {
    const XXH128_hash_t hash = XXH3_128bits(bytes_.data(), bytes_.size());
    return {.high = hash.high64, .low = hash.low64};
  }

 private:
  std::string bytes_;
};

std::uint64_t nanoseconds(Duration duration) {
  return static_cast<std::uint64_t>(duration.count());
}

}  // namespace

Digest digest_of(const Request& request) {
  Stream stream;
  stream.reserve(3 + 2 * request.prompt.pieces.size());
  stream.add(nanoseconds(request.think));
  stream.add(request.output_tokens.count());
  stream.add(request.prompt.tail == kv::Tail::keyed ? 1 : 0);
  for (const kv::Piece& piece : request.prompt.pieces) {
    stream.add(piece.id);
    stream.add(piece.tokens.count());
  }
  return stream.hash();
}

void Fingerprint::add(std::uint32_t user, std::uint64_t file, Duration due, const Digest& request) {
  Chain& chain = chains_.at(user);
  Stream stream;
  stream.add(chain.hash);
  stream.add(file);
  stream.add(nanoseconds(due));
  stream.add(request);
  chain.hash = stream.hash();
  ++chain.requests;
}

std::string Fingerprint::text(std::span<const std::uint64_t> scopes) const {
  Stream stream;
  stream.add(block_tokens_.count());
  stream.add(scopes.size());
  for (const std::uint64_t scope : scopes) stream.add(scope);
  stream.add(chains_.size());
  for (const Chain& chain : chains_) {
    stream.add(chain.requests);
    stream.add(chain.hash);
  }
  const Digest hash = stream.hash();
  return fmt::format("{:016x}{:016x}", hash.high, hash.low);
}

}  // namespace spillway::workload
