// A plan: every request that a run may send, in a fixed order, whatever the machine and the clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/request_class.h"
#include "core/time.h"
#include "kv/prompt.h"
#include "workload/request.h"

namespace spillway::workload {

struct PlanOptions {
  std::uint32_t users = 1;
  // The plan's first so many; all when not given.
  std::optional<std::uint64_t> max_requests = std::nullopt;
  double time_scale = 1.0;    // multiplies due times and pauses; 0: everything at once
  double length_scale = 1.0;  // multiplies the tokens of every block; count and sharing stay
  bool open_loop = false;     // order by due time instead of by turn
};

struct PlanSummary {
  std::string format;  // "mooncake", "personas", ...
  std::string hash;    // 32 hexadecimal digits; equal plans have equal hashes, on any machine
  std::uint64_t files = 0;
  std::uint32_t users = 0;
  std::uint64_t requests = 0;
  std::uint64_t blocks = 0;  // references to blocks with a key, shared ones counted each time
  Tokens block_tokens;       // after length scaling
  Tokens input_tokens;
  Tokens output_tokens;
  Duration span{};           // the latest due time
  bool by_time = false;      // its order is that of the due times, which it has
  bool has_classes = false;  // its requests are of different classes of service
  // It goes on for longer than it can be sent: `requests` is a bound that is not reached, and the
  // hash and the sums are those of its first part.
  bool endless = false;
  std::string note;  // what people should know of where it comes from; may be empty
};

// What is in the cache before the first request of a run.
struct Corpus {
  std::vector<std::vector<kv::Piece>> documents;  // in the order of their ingestion, in chunks
  // Those before are thrown out again: each of the later ones comes in for the oldest there is.
  std::uint32_t first_kept = 0;
  std::vector<kv::Piece> entries;

  // For which one `document` comes in; nothing while there is room for all.
  std::optional<std::size_t> replaced_by(std::size_t document) const {
    const std::size_t most = documents.size() - first_kept;
    return document < most ? std::nullopt : std::optional(document - most);
  }
};

// What decides when a request goes out, before its prompt is made.
struct Ticket {
  std::uint32_t user = 0;
  Qos qos = Qos::interactive;
  Duration think{};  // the user's pause before it, after the answer before
};

// Reads requests of its plan, which outlives it; one thread has one cursor.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // In any order. The index is below the plan's size. Throws Error when the trace has changed since
  // the plan was opened.
  virtual Request read(std::uint64_t index) = 0;
};

// Immutable: threads share it.
class Plan {
 public:
  virtual ~Plan() = default;
  virtual const PlanSummary& summary() const = 0;
  virtual Duration due_of(std::uint64_t index) const = 0;
  virtual Ticket ticket_of(std::uint64_t index) const = 0;
  // The conversation that a request belongs to; 0 = it stands alone.
  virtual std::uint64_t conversation_of(std::uint64_t /*index*/) const { return 0; }
  // How many requests a user has (some have none when users outnumber what is dealt out), and where
  // they stand in the plan. A later turn has a higher index.
  virtual std::uint64_t requests_of(std::uint32_t user) const = 0;
  virtual std::uint64_t index_of(std::uint32_t user, std::uint64_t turn) const = 0;
  virtual std::unique_ptr<Cursor> cursor() const = 0;
  virtual Corpus corpus() const { return {}; }

  std::uint64_t size() const { return summary().requests; }
  std::uint32_t users() const { return summary().users; }
};

// Opens a trace: one file, or every *.json and *.jsonl file of a directory in the order of their
// names. The format is found in the content. All that the plan can use is read and checked once,
// in fixed memory but for an index of 16 to 24 bytes a request; a fault is an Error that says
// "<file>:<line>: ..." what was expected. docs/formats.md tells how requests are dealt to users.
std::unique_ptr<Plan> open_trace(const std::string& path, const PlanOptions& options);

}  // namespace spillway::workload
