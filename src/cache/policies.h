// The policies by their names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "cache/options.h"
#include "cache/policy.h"

namespace spillway::cache {

// The default comes first.
std::span<const std::string_view> policy_names();

// One of these.
std::unique_ptr<Policy> make_policy(std::string_view name, const CacheOptions& options);

}  // namespace spillway::cache
