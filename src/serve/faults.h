// FaultPlan: what a server does wrong on purpose, so that its clients can be tested.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"

namespace spillway::serve {

enum class FaultKind : std::uint8_t {
  status,               // answers with an error
  stall_after_headers,  // sends the head, then nothing for a while
  cut,                  // closes the connection in the middle of the body
  error_in_200,         // an error object where the answer should be
  malformed_sse,        // an event that is not JSON
  metrics_reset,        // counters begin at 0 again
  metrics_missing,      // names or a page are not there
  models_empty,         // /v1/models lists nothing
  slow_disk,            // transfers take longer
  failing_disk          // transfers fail
};

enum class MetricsPage : std::uint8_t { frontend, system, kvbm };

// One fault as it was set. It happens on those of its occasions (requests, pages, transfers) on
// which all of rate, every, next and the window agree.
struct FaultRow {
  FaultKind kind = FaultKind::status;
  double rate = 1;                      // of the occasions, by chance
  std::uint64_t every = 1;              // the Nth, the 2Nth, ...
  std::optional<std::uint64_t> next{};  // so many times, then no more
  std::optional<Duration> window{};     // since it was set

  int status = 503;
  std::optional<std::uint64_t> retry_after_s{};
  std::optional<Duration> stall{};  // without: until the client gives up
  std::uint64_t after_bytes = 0;    // of the body, before the cut
  std::vector<std::string> names{};
  std::optional<MetricsPage> page{};
  Duration delay{0};
  int error_number = 5;  // EIO
};

// What happens to one request.
struct ResponseFault {
  FaultKind kind = FaultKind::status;
  int status = 503;
  std::optional<std::uint64_t> retry_after_s{};
  std::optional<Duration> stall{};
  std::uint64_t after_bytes = 0;
};

struct MetricsFault {
  bool reset = false;    // counters begin at 0, now
  bool missing = false;  // the page is not there
  std::vector<std::string> hidden{};
};

// What happens to one transfer of a block; an engine that can make it happen lies below serve.
struct DiskFault {
  Duration delay{0};
  int error_number = 0;  // 0: none
};

// Owned and used by one thread. Chance comes from a stream per fault and occasion: the same plan
// does the same to the same sequence of occasions.
class FaultPlan {
 public:
  FaultPlan() = default;  // without faults

  // {"seed": 1, "faults": [{"kind": "status", "status": 503, "rate": 0.1}, ...]}; docs/faults.md
  // has the members of every kind. Anything else is an Error with its place. Windows begin now.
  static FaultPlan parse(std::string_view json, const std::string& source, Time now);

  // For a request of the API: the first fault whose turn it is; those after it are not asked.
  std::optional<ResponseFault> on_request(Time now);
  bool models_empty(Time now);
  MetricsFault on_metrics(MetricsPage page, Time now);
  DiskFault on_disk(Time now);

  bool empty() const { return faults_.empty(); }
  std::uint64_t injected(FaultKind kind) const;
  // The plan with all of its numbers, each fault with what it has done: "asked" and "injected".
  std::string to_json() const;

 private:
  struct Fault {
    FaultRow row;
    std::uint64_t asked = 0;
    std::uint64_t injected = 0;
  };
  bool is_turn(Fault& fault, Time now) const;

  std::uint64_t seed_ = 0;
  Time set_{};
  std::vector<Fault> faults_;
};

std::string_view name_of(FaultKind kind);

}  // namespace spillway::serve
