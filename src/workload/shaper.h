// Makes the request of a plan out of a recorded entry: scales lengths and times, names the prompt.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/bytes.h"
#include "workload/entry_parser.h"
#include "workload/plan.h"
#include "workload/request.h"

namespace spillway::workload {

// All rounding is to the nearest, halves away from zero, so a scale gives the same integers
// everywhere.
class Shaper {
 public:
  // Throws Error for scales that are no scales or would leave no room for the largest numbers.
  Shaper(const EntryFormat& format, double length_scale, double time_scale);

  // Tokens of a full block: scaled, at least one.
  Tokens block_tokens() const { return block_tokens_; }
  Duration time(Duration recorded) const;

  // Fills pause, prompt and lengths of the request; `place` is the entry's place in the trace. A
  // block is a piece with the id of the trace. Blocks stay blocks and what fills none stays below a
  // block's length, whatever the scale; without an id it is a piece that no other request has.
  void shape(const Entry& entry, std::uint64_t scope, std::uint64_t place, Request& request) const;

 private:
  std::uint64_t scaled(std::uint64_t tokens) const;
  Tokens rest(Tokens recorded) const;

  const EntryFormat* format_;
  double length_scale_;
  double time_scale_;
  Tokens block_tokens_;
};

}  // namespace spillway::workload
