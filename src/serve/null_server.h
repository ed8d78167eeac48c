// NullServer: fixed answers at fixed times, by which clients are measured.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "async/loop.h"
#include "async/task.h"
#include "core/time.h"
#include "net/http_server.h"
#include "net/openai_response.h"
#include "stats/histogram.h"

namespace spillway::serve {

struct NullOptions {
  std::string model;
  Duration first{};          // from a request's arrival to its first token
  Duration gap{};            // between two tokens
  std::uint32_t tokens = 1;  // of every answer
  bool lockstep = false;     // tokens are due at multiples of the gap, for all streams at once
};

// POST /v1/completions and /v1/chat/completions, streamed and not, GET /v1/models and /health. The
// answer is the same whatever is asked; of the request only `stream`, `stream_options` and the path
// count. Times are fixed on arrival and do not shift when one is missed.
//
// A stream ends with the trailer Spillway-Write-Times-Us: for each token the microseconds from the
// request's arrival to when the write of its event had returned, with commas between them.
class NullServer {
 public:
  NullServer(async::Loop& loop, const NullOptions& options);

  // Answers the request, or returns false when its path is none of these.
  async::Task<bool> handle(net::HttpExchange& exchange);

  // Nanoseconds from when a token was due to when it had been written, of all streams.
  const stats::Histogram& lateness() const { return lateness_; }
  // In lockstep: the same of the last write of each step.
  stats::Histogram step_lateness() const;

 private:
  struct Wire {  // what is sent of one kind of answer
    std::string whole;
    std::string first;
    std::string token;
    std::string end;
    std::string usage_end;
  };
  Wire make_wire(bool chat) const;
  async::Task<> stream(net::HttpExchange& exchange, const Wire& wire, bool usage, Time arrived);
  async::Task<bool> send_tokens(net::HttpExchange& exchange, const Wire& wire, Time arrived,
                                std::vector<std::uint32_t>& times);
  Time first_due(Time arrived) const;
  void note(Time due, Time written);

  async::Loop& loop_;
  NullOptions options_;
  Wire completion_;
  Wire chat_;
  std::string models_;
  stats::Histogram lateness_;
  std::map<Time, Duration> steps_;  // the newest, by when they were due: how late the last write
  stats::Histogram older_steps_;    // was; and the others
};

}  // namespace spillway::serve
