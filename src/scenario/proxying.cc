// SPDX-License-Identifier: Apache-2.0
#include "scenario/proxying.h"

#include <mutex>
#include <utility>

#include "async/clock.h"
#include "async/loop.h"
#include "async/pool.h"
#include "io/queue.h"
#include "net/http_server.h"
#include "net/origin.h"
#include "net/tcp.h"
#include "scenario/tiers.h"
#include "serve/adapter_proxy.h"

namespace spillway::scenario {
namespace {

constexpr unsigned kPoolThreads = 2;  // checksums, and blocking file calls

TierConfig engine_of(const ProxyConfig& config) {
  TierConfig tiers;
  tiers.engine = config.engine;
  return tiers;
}

}  // namespace

struct Proxying::Impl {
  explicit Impl(ProxyConfig given)
      : config(std::move(given)), backend(config.backend, config.backend_tls) {}

  async::Task<> serve() {
    async::Pool pool("pool", kPoolThreads);
    io::Queue queue(loop, make_engine(engine_of(config)), {});
    serve::AdapterFiles files(loop, queue, pool, config.adapter_dir, config.seed);
    serve::AdapterCache cache(loop, files, config.adapter_cache);
    serve::AdapterProxy proxy(loop, backend, files, cache,
                              {.adapter_size = config.adapter_size,
                               .most_adapters = config.most_adapters,
                               .silence = config.silence,
                               .api_key = config.api_key});
    net::Listener listener(loop, config.listen, config.port);
    net::HttpServer made(loop, [&](net::HttpExchange& exchange) { return proxy.handle(exchange); });
    server = &made;
    on_ready(listener.port());
    co_await made.serve(listener, stop);
    server = nullptr;
    counters = cache.counters();
  }

  const ProxyConfig config;
  net::Origin backend;
  async::RealClock clock;
  async::Loop loop{clock};
  async::Stop stop;
  std::function<void(std::uint16_t)> on_ready;
  net::HttpServer* server = nullptr;  // while it serves
  serve::AdapterCounters counters;
  std::mutex mutex;  // of what other threads ask for
  bool running = false;
  bool ending = false;  // asked for while nothing ran yet
};

Proxying::Proxying(ProxyConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}

Proxying::~Proxying() = default;

void Proxying::run(const std::function<void(std::uint16_t port)>& ready) {
  const auto end = [this] {
    const std::scoped_lock lock(impl_->mutex);
    impl_->running = false;
  };
  {
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->ending) return;
    impl_->running = true;
  }
  impl_->on_ready = ready;
  try {
    impl_->loop.run(impl_->serve());
  } catch (...) {
    end();
    throw;
  }
  end();
}

void Proxying::drain() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->ending = true;
  if (!impl_->running) return;
  impl_->loop.post([this] {
    if (impl_->server != nullptr) impl_->server->drain();
  });
}

void Proxying::stop() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->ending = true;
  if (impl_->running) impl_->loop.post([this] { impl_->stop.request(); });
}

const serve::AdapterCounters& Proxying::adapters() const { return impl_->counters; }

}  // namespace spillway::scenario
