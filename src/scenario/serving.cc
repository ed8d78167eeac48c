// SPDX-License-Identifier: Apache-2.0
#include "scenario/serving.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "async/alarm.h"
#include "async/clock.h"
#include "async/group.h"
#include "async/loop.h"
#include "async/pool.h"
#include "net/http_server.h"
#include "net/tcp.h"
#include "net/tls.h"
#include "record/new_file.h"
#include "scenario/serving_stack.h"
#include "serve/null_server.h"
#include "text/json_writer.h"

namespace spillway::scenario {
namespace {

constexpr unsigned kPoolThreads = 2;  // copies to and from RAM, and blocking file calls

std::chrono::seconds time_since_epoch() {
  return std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

// A connection is a descriptor: as many as the system allows this user.
void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // where it is refused, accept() waits for free ones
}

net::Greeting greeting_of(const std::optional<net::TlsContext>& tls) {
  if (!tls) return {};
  return [&tls](std::unique_ptr<net::Stream> stream,
                async::Stop& stop) -> async::Task<std::unique_ptr<net::Stream>> {
    net::Greeted greeted = co_await net::handshake(*tls, std::move(stream), "", stop);
    co_return std::move(greeted.stream);
  };
}

}  // namespace

std::string to_json(const ServingPorts& ports) {
  text::JsonWriter json;
  const auto port = [&](const char* name, std::uint16_t number) {
    json.key(name);
    if (number == 0) {
      json.null();
    } else {
      json.value(number);
    }
  };
  json.begin_object();
  port("port", ports.api);
  port("system_port", ports.system);
  port("kvbm_port", ports.kvbm);
  json.key("cache_directory");
  if (ports.cache_directory.empty()) {
    json.null();
  } else {
    json.value(ports.cache_directory);
  }
  json.end_object();
  return json.text() + "\n";
}

struct Serving::Impl {
  explicit Impl(ServeConfig given) : config(std::move(given)) {
    if (!config.endpoint.tls_cert.empty()) {
      tls = net::TlsContext::server(config.endpoint.tls_cert, config.endpoint.tls_key);
    }
  }

  std::unique_ptr<net::HttpServer> make_server(net::HttpHandler handler, bool with_tls) {
    return std::make_unique<net::HttpServer>(loop, std::move(handler), config.endpoint.http,
                                             with_tls ? greeting_of(tls) : net::Greeting());
  }

  std::uint16_t listen(net::HttpHandler handler, std::uint16_t port, bool with_tls) {
    listeners.push_back(std::make_unique<net::Listener>(loop, config.endpoint.listen, port));
    servers.push_back(make_server(std::move(handler), with_tls));
    return listeners.back()->port();
  }

  ServingPorts open() {
    const EndpointConfig& endpoint = config.endpoint;
    ServingPorts ports;
    if (config.null) {
      null.emplace(loop, serve::NullOptions{.model = config.engine.served_name,
                                            .first = config.null->first,
                                            .gap = config.null->gap,
                                            .tokens = config.null->tokens,
                                            .lockstep = config.null->lockstep});
      const auto handler = [this](net::HttpExchange& exchange) -> async::Task<> {
        const bool known = co_await null->handle(exchange);
        if (!known) co_await exchange.respond(404, "text/plain", "no such path\n");
      };
      ports.api = listen(handler, endpoint.port, true);
      return ports;
    }
    stack.emplace(config, loop, pool, time_since_epoch(),
                  [this] { return servers.empty() ? net::HttpCounts() : servers[0]->counts(); });
    loop.run(stack->prepare());
    ports.cache_directory = stack->cache_directory();
    ports.api = listen([this](auto& exchange) { return stack->handle_frontend(exchange); },
                       endpoint.port, true);
    ports.system = listen([this](auto& exchange) { return stack->handle_system(exchange); },
                          endpoint.system_port, false);
    if (stack->has_block_manager()) {
      ports.kvbm = listen([this](auto& exchange) { return stack->handle_kvbm(exchange); },
                          endpoint.kvbm_port, false);
    }
    return ports;
  }

  // False when the end was asked for during set-up.
  bool begin() {
    const std::scoped_lock lock(mutex);
    running = !ending;
    return running;
  }

  // The API's server goes first, then the pages that tell of it, then what they work with.
  async::Task<> serve_all() {
    co_await async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
      if (stack) group.spawn(stack->run(group.stop()));
      co_await async::with_group(loop, group.stop(), [&](async::Group& pages) -> async::Task<> {
        for (std::size_t i = 1; i < servers.size(); ++i) {
          pages.spawn(servers[i]->serve(*listeners[i], pages.stop()));
        }
        co_await servers[0]->serve(*listeners[0], pages.stop());
        for (const auto& server : servers) server->drain();
      });
      group.stop().request();
    });
    if (stack) figures = stack->figures();
    if (null) {
      lateness = null->lateness();
      step_lateness = null->step_lateness();
    }
  }

  ServeConfig config;
  async::RealClock clock;
  async::Loop loop{clock};
  async::Stop stop;
  async::Pool pool{"pool", kPoolThreads};
  std::optional<net::TlsContext> tls;
  std::optional<serve::NullServer> null;
  std::optional<ServingStack> stack;
  std::vector<std::unique_ptr<net::Listener>> listeners;
  std::vector<std::unique_ptr<net::HttpServer>> servers;
  std::optional<async::Alarm> patience;  // with what is under way, once it is drained
  serve::EngineFigures figures;
  stats::Histogram lateness;
  stats::Histogram step_lateness;
  std::mutex mutex;  // of what other threads ask for
  bool running = false;
  bool ending = false;  // asked for while nothing ran yet
};

Serving::Serving(ServeConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}

Serving::~Serving() = default;

void Serving::run(const std::function<void(const ServingPorts&)>& ready) {
  allow_many_descriptors();
  const ServingPorts ports = impl_->open();
  if (!impl_->config.endpoint.ports_file.empty()) {
    record::write_new_file(impl_->config.endpoint.ports_file, to_json(ports));
  }
  if (impl_->begin()) {
    ready(ports);
    impl_->loop.run(impl_->serve_all());
    const std::scoped_lock lock(impl_->mutex);
    impl_->running = false;
  }
  impl_->patience.reset();
  impl_->servers.clear();
  impl_->listeners.clear();
  impl_->stack.reset();
}

void Serving::drain() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->ending = true;
  if (!impl_->running) return;
  impl_->loop.post([this] {
    if (impl_->servers[0]->draining()) return;
    impl_->patience.emplace(impl_->loop, impl_->stop);
    impl_->patience->set(impl_->loop.now() + impl_->config.endpoint.drain);
    impl_->servers[0]->drain();
  });
}

void Serving::stop() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->ending = true;
  if (impl_->running) impl_->loop.post([this] { impl_->stop.request(); });
}

std::vector<std::string> Serving::remove_files() {
  if (!impl_->stack) return {};
  return impl_->stack->remove_files();
}

const serve::EngineFigures& Serving::figures() const { return impl_->figures; }

const stats::Histogram& Serving::lateness() const { return impl_->lateness; }

const stats::Histogram& Serving::step_lateness() const { return impl_->step_lateness; }

}  // namespace spillway::scenario
