// SPDX-License-Identifier: Apache-2.0
#include "cache/policies.h"

#include <algorithm>
#include <array>

#include "cache/lfu.h"
#include "cache/s3_fifo.h"
#include "cache/size_aware.h"
#include "cache/spillover.h"
#include "cache/waterfall.h"
#include "core/error.h"

namespace spillway::cache {
namespace {

template <typename Kind>
std::unique_ptr<Policy> make(const CacheOptions& options) {
  return std::make_unique<Kind>(options);
}

constexpr std::array<std::string_view, 5> kNames = {"waterfall-lru", "spillover", "lfu", "s3-fifo",
                                                    "size-aware"};
constexpr std::array<std::unique_ptr<Policy> (*)(const CacheOptions&), kNames.size()> kMakers = {
    &make<WaterfallLru>, &make<Spillover>, &make<Lfu>, &make<S3Fifo>, &make<SizeAware>};

}  // namespace

std::span<const std::string_view> policy_names() { return kNames; }

std::unique_ptr<Policy> make_policy(std::string_view name, const CacheOptions& options) {
  const auto* const found = std::ranges::find(kNames, name);
  check(found != kNames.end(), "a policy has one of the names there are");
  return kMakers.at(static_cast<std::size_t>(found - kNames.begin()))(options);
}

}  // namespace spillway::cache
