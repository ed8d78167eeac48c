// SPDX-License-Identifier: Apache-2.0
#include "workload/shaper.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace spillway::workload {
namespace {

// Scales beyond these are slips of the keyboard. With them the longest time and the longest prompt
// stay below 2^63.
constexpr double kSmallestLengthScale = std::numeric_limits<double>::min();
constexpr double kLargestLengthScale = 1024;
constexpr double kLargestTimeScale = 1e6;
constexpr double kLatest = 9e18;  // ns, below 2^63

// False for what is not a number.
bool within(double value, double least, double most) { return value >= least && value <= most; }

}  // namespace

Shaper::Shaper(const EntryFormat& format, double length_scale, double time_scale)
    : format_(&format), length_scale_(length_scale), time_scale_(time_scale) {
  if (!within(length_scale, kSmallestLengthScale, kLargestLengthScale)) {
    throw Error(fmt::format("length scale: expected a number above 0, at most {}, found {}",
                            kLargestLengthScale, length_scale));
  }
  if (!within(time_scale, 0, kLargestTimeScale)) {
    throw Error(fmt::format("time scale: expected a number of 0 to {}, found {}", kLargestTimeScale,
                            time_scale));
  }
  block_tokens_ = Tokens(std::max<std::uint64_t>(1, scaled(format.block_tokens.count())));
}

Duration Shaper::time(Duration recorded) const {
  if (time_scale_ == 1.0) return recorded;  // a double does not hold every nanosecond
  const double time = static_cast<double>(recorded.count()) * time_scale_;
  if (time > kLatest) {
    throw Error(fmt::format("time scale {}: expected times below {:.0f} s, found {:.0f} s",
                            time_scale_, kLatest / 1e9, time / 1e9));
  }
  return Duration(std::llround(time));
}

void Shaper::shape(const Entry& entry, std::uint64_t scope, std::uint64_t place,
                   Request& request) const {
  request.think = time(entry.think);
  kv::Prompt& prompt = request.prompt;
  prompt.scope = scope;
  prompt.tail = format_->tail;
  prompt.pieces.clear();
  prompt.pieces.reserve(entry.block_ids.size() + 1);
  for (const std::uint64_t id : entry.block_ids) prompt.pieces.push_back({id, block_tokens_});
  const Tokens left = entry.input % format_->block_tokens;
  if (left > Tokens(0) && format_->tail == kv::Tail::keyed)
    prompt.pieces.back().tokens = rest(left);
  if (rest(left) > Tokens(0) && format_->tail == kv::Tail::dropped) {
    prompt.pieces.push_back({kHighestId + 1 + place, rest(left)});
  }
  request.input_tokens = kv::length(prompt);
  const std::uint64_t output = entry.output.count();
  request.output_tokens = Tokens(output == 0 ? 0 : std::max<std::uint64_t>(1, scaled(output)));
}

std::uint64_t Shaper::scaled(std::uint64_t tokens) const {
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(tokens) * length_scale_));
}

// What is left behind the last full block. With an id it is a block, at most a full one; without
// one it must not become a block. It keeps a token when that leaves it below a block, so that only
// a scale that makes blocks of one token can make a prompt without a full block empty.
Tokens Shaper::rest(Tokens recorded) const {
  if (recorded == Tokens(0)) return recorded;
  const bool keyed = format_->tail == kv::Tail::keyed;
  const std::uint64_t most = keyed ? block_tokens_.count() : block_tokens_.count() - 1;
  const std::uint64_t least = std::min<std::uint64_t>(1, most);
  return Tokens(std::clamp(scaled(recorded.count()), least, most));
}

}  // namespace spillway::workload
