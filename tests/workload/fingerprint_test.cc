// SPDX-License-Identifier: Apache-2.0
#include "workload/fingerprint.h"

#include <gtest/gtest.h>

#include <array>

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::uint64_t, 1> kScopes = {7};

Request request_with(std::uint64_t id) {
  Request request;
  request.prompt.pieces = {{.id = id, .tokens = Tokens(64)}};
  request.output_tokens = Tokens(3);
  return request;
}

std::string hash_of(const Request& request, Duration due = 5ns, std::uint32_t user = 0) {
  Fingerprint fingerprint(Tokens(64), 2);
  fingerprint.add(user, 0, due, digest_of(request));
  return fingerprint.text(kScopes);
}

TEST(Fingerprint, DependsOnEverythingThatIsAsked) {
  const std::string hash = hash_of(request_with(1));
  EXPECT_EQ(hash.size(), 32U);
  EXPECT_EQ(hash_of(request_with(1)), hash);
  EXPECT_NE(hash_of(request_with(2)), hash);
  EXPECT_NE(hash_of(request_with(1), 6ns), hash);
  EXPECT_NE(hash_of(request_with(1), 5ns, 1), hash);
  Request changed = request_with(1);
  changed.prompt.pieces[0].tokens = Tokens(65);
  EXPECT_NE(hash_of(changed), hash);
  changed = request_with(1);
  changed.prompt.tail = kv::Tail::keyed;
  EXPECT_NE(hash_of(changed), hash);
  changed = request_with(1);
  changed.output_tokens = Tokens(4);
  EXPECT_NE(hash_of(changed), hash);
  changed = request_with(1);
  changed.think = 1ns;
  EXPECT_NE(hash_of(changed), hash);
}

TEST(Fingerprint, DependsOnScopesAndBlockSize) {
  const std::array<std::uint64_t, 1> other = {8};
  EXPECT_NE(Fingerprint(Tokens(64), 1).text(kScopes), Fingerprint(Tokens(64), 1).text(other));
  EXPECT_NE(Fingerprint(Tokens(64), 1).text(kScopes), Fingerprint(Tokens(32), 1).text(kScopes));
  EXPECT_NE(Fingerprint(Tokens(64), 1).text(kScopes), Fingerprint(Tokens(64), 2).text(kScopes));
}

TEST(Fingerprint, DoesNotDependOnHowUsersInterleave) {
  const Digest a = digest_of(request_with(1));
  const Digest b = digest_of(request_with(2));
  Fingerprint first(Tokens(64), 2);
  first.add(0, 0, 1ns, a);
  first.add(1, 0, 1ns, b);
  first.add(0, 0, 2ns, b);
  Fingerprint second(Tokens(64), 2);
  second.add(1, 0, 1ns, b);
  second.add(0, 0, 1ns, a);
  second.add(0, 0, 2ns, b);
  EXPECT_EQ(first.text(kScopes), second.text(kScopes));
  Fingerprint swapped(Tokens(64), 2);
  swapped.add(1, 0, 1ns, b);
  swapped.add(0, 0, 2ns, b);
  swapped.add(0, 0, 1ns, a);
  EXPECT_NE(swapped.text(kScopes), first.text(kScopes));
}

// The bytes that are hashed are part of what records promise: changing them needs a new schema.
TEST(Fingerprint, IsTheSameNumberForEver) {
  EXPECT_EQ(hash_of(request_with(1)), "d124d7b469c07e783e14b640f99c070d");
}

}  // namespace
}  // namespace spillway::workload
