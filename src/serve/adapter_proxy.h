// AdapterProxy: stands before a server, loads the adapter that a request names from its file, and
// passes the rest of the request on. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "async/loop.h"
#include "async/semaphore.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/bytes.h"
#include "core/time.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/origin.h"
#include "serve/adapters.h"

namespace spillway::serve {

struct AdapterProxyOptions {
  Bytes adapter_size = 1_MiB;                  // of a file that is made
  std::size_t most_adapters = 1024;            // names that are served: each may be a file
  Duration silence = std::chrono::minutes(2);  // of the backend, at most
  std::string api_key = {};                    // none is needed
};

// POST /v1/completions and /v1/chat/completions with `adapter_id` taken out of the body, and GET
// /v1/models and /health, are passed on; /metrics tells of the adapters. An adapter's file is made
// when it is first named, and then only read. The backend's status, headers and body are passed
// back as they come, piece by piece. On one loop; outlives its exchanges.
//
// Answers of its own: 400 for what is no adapter's name, 502 when the backend cannot be reached or
// breaks off before its answer, 504 when it is silent for too long, 500 when an adapter cannot be
// loaded. An answer that breaks off midway is broken off here, too. When the client goes, the
// backend's connection does.
class AdapterProxy {
 public:
  AdapterProxy(async::Loop& loop, const net::Origin& backend, AdapterFiles& files,
               AdapterCache& cache, AdapterProxyOptions options);

  async::Task<> handle(net::HttpExchange& exchange);

 private:
  using Client = std::unique_ptr<net::HttpClient>;
  // What a backend has answered, or what the client is told instead.
  struct Asked {
    Client client;
    net::HttpHead head;
    int status = 0;  // of our own answer; 0: the backend has answered
    std::string failure;
  };

  async::Task<> forward(net::HttpExchange& exchange);
  async::Task<std::string> prepare(const std::string& adapter, async::Stop& stop);
  async::Task<Asked> ask(const net::HttpRequest& request, std::string_view body, async::Stop& gone);
  async::Task<Asked> try_backend(const net::HttpCall& call, async::Stop& stop);
  async::Task<> relay(net::HttpExchange& exchange, Asked asked);
  net::Headers headers_for_backend(const net::HttpRequest& request) const;
  Client take_idle();

  async::Loop& loop_;
  const net::Origin& backend_;
  AdapterFiles& files_;
  AdapterCache& cache_;
  AdapterProxyOptions options_;
  std::string base_;                          // before the paths of the API
  async::Semaphore making_;                   // one file at a time
  std::set<std::string, std::less<>> known_;  // adapters whose files are there
  std::vector<Client> idle_;                  // connections to the backend
};

}  // namespace spillway::serve
