// The hash of a plan: what every user asks, in order, as one number of 128 bits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "workload/request.h"

namespace spillway::workload {

struct Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

// Of what a request asks: pause (ns), output tokens, tail rule, and id and tokens of every piece of
// its prompt. Who asks it, when, and what the ids stand for is not in it.
Digest digest_of(const Request& request);

// XXH3-128 over integers written as 8 bytes, lowest first, so it is the same on every machine.
// A user's chain starts at 0; every request makes it H(chain, file, due in ns, digest), where file
// is the number of its trace file. The plan's hash is H(tokens a block, number of files, scope of
// each, users, then per user: number of requests, chain). Memory is 24 bytes a user.
class Fingerprint {
 public:
  Fingerprint(Tokens block_tokens, std::uint32_t users)
      : block_tokens_(block_tokens), chains_(users) {}

  // The requests of one user come in the order of their turns.
  void add(std::uint32_t user, std::uint64_t file, Duration due, const Digest& request);
  // 32 lower-case hexadecimal digits. The scopes are those of the block ids, by file.
  std::string text(std::span<const std::uint64_t> scopes) const;

 private:
  struct Chain {
    std::uint64_t requests = 0;
    Digest hash;
  };

  Tokens block_tokens_;
  std::vector<Chain> chains_;
};

}  // namespace spillway::workload
