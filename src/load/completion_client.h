// CompletionClient: requests to an OpenAI-compatible endpoint, stamped at the socket; what goes
// wrong has a name. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/alarm.h"
#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/bytes.h"
#include "core/time.h"
#include "net/http_client.h"
#include "net/openai_answer.h"
#include "record/completion_fault.h"

namespace spillway::load {

// Where streams to the server come from: an origin, or pipes in virtual time.
class Dialler {
 public:
  virtual ~Dialler() = default;
  struct Result {
    std::unique_ptr<net::Stream> stream;  // null when it failed
    record::CompletionFault fault = record::CompletionFault::none;
    std::string detail;
  };
  virtual async::Task<Result> dial(async::Stop& stop) = 0;
};

struct CompletionClientOptions {
  std::string target = "/v1/completions";
  net::Headers headers;                       // Host, Authorization; Content-Type is added
  Duration total = std::chrono::minutes(10);  // of a request, connection included
  std::optional<Duration> stream_total;       // of a streamed one, in its place
  Duration stall = std::chrono::minutes(10);  // without a byte
  Bytes body = 256_MiB;                       // of an answer that is not streamed
};

// Stamps are times of the loop's clock, those of bytes when they were read from the socket, before
// anything looked at them.
struct CompletionReply {
  record::CompletionFault fault = record::CompletionFault::none;
  std::string error;  // in words; empty when there is no fault
  int status = 0;     // 0: none was received
  net::Answer answer;
  net::Headers headers;
  bool fresh = false;  // on a connection of its own: `connected` lies within the request
  Time sent{};         // just before the connection was asked for, or the request written
  Time connected{};
  std::optional<Time> head;   // the head of the answer was complete
  std::optional<Time> first;  // the first bytes of its body
  Time done{};                // the last of its bytes, or the failure
};

// As many connections as there are requests at a time, kept for the next. On one loop.
class CompletionClient {
 public:
  CompletionClient(async::Loop& loop, Dialler& dialler, CompletionClientOptions options);

  // `body`: JSON, whole; `stream` says that it asks for a stream.
  async::Task<CompletionReply> complete(std::string_view body, bool stream, async::Stop& stop);

  // Any GET, within `patience`: the status and body, or the fault.
  struct Page {
    record::CompletionFault fault = record::CompletionFault::none;
    std::string error;
    int status = 0;
    std::string body;
  };
  async::Task<Page> get(std::string target, Duration patience, async::Stop& stop);

  std::uint64_t connections() const { return connections_; }  // made so far
  void close_idle() { idle_.clear(); }

 private:
  using Client = std::unique_ptr<net::HttpClient>;
  struct Sent {
    Client client;
    net::HttpHead head;
    bool fresh = false;
    Time connected{};
    record::CompletionFault fault = record::CompletionFault::none;
    std::string error;
  };
  class Deadline;

  async::Task<Sent> send(const net::HttpCall& call, async::Stop& stop);
  async::Task<> read_stream(Client& client, CompletionReply& reply, Deadline& deadline);
  async::Task<> read_whole(Client& client, CompletionReply& reply, Deadline& deadline);

  async::Loop& loop_;
  Dialler& dialler_;
  CompletionClientOptions options_;
  net::Headers json_headers_;  // of requests with a body
  std::vector<Client> idle_;
  std::uint64_t connections_ = 0;
};

}  // namespace spillway::load
