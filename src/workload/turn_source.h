// TurnSource: the turns of a workload of conversations, by their place in the plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/request_class.h"
#include "core/time.h"

namespace spillway::workload {

// One request as it was drawn or listed: lengths and names, no content yet.
struct Turn {
  std::uint32_t user = 0;
  std::uint64_t sequence = 0;  // in the user's own sequence, from 0
  Tokens context;              // that it adds
  Tokens generate;
  Qos qos = Qos::interactive;
  std::optional<RequestPhase> phase = std::nullopt;  // not said: by the rule of lengths
  std::uint64_t content = 0;                         // the identity of what it adds
  Duration due{};
  Duration think{};
  bool retrieval = false;  // a query of a document, outside of any conversation
};

// What comes before a turn.
struct Conversation {
  std::uint64_t id = 0;                // 0 = the turn stands alone
  std::vector<std::uint64_t> earlier;  // places of its earlier turns, the oldest first
};

// Immutable: threads share it. A place is below size().
class TurnSource {
 public:
  virtual ~TurnSource() = default;

  virtual std::uint64_t size() const = 0;
  virtual std::uint32_t users() const = 0;
  virtual std::uint64_t requests_of(std::uint32_t user) const = 0;
  virtual std::uint64_t index_of(std::uint32_t user, std::uint64_t sequence) const = 0;

  virtual Turn turn(std::uint64_t index) const = 0;
  virtual void conversation(std::uint64_t index, Conversation& found) const = 0;

  virtual std::string format() const = 0;
  // See PlanSummary.
  virtual std::string note() const { return ""; }
  // Turns after whose hash two plans of equal options are known to be equal: all of a list, the
  // first ones of what is drawn without end.
  virtual std::uint64_t hashed() const = 0;
  // Whether the order is that of due times.
  virtual bool by_time() const = 0;
};

}  // namespace spillway::workload
