// SPDX-License-Identifier: Apache-2.0
#include "cli/proxy_command.h"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/flags.h"
#include "cli/signals.h"
#include "scenario/environment_variables.h"
#include "scenario/proxy_settings.h"
#include "scenario/proxying.h"

namespace spillway::cli {
namespace {

class ProxyCommand final : public Command {
 public:
  explicit ProxyCommand(CLI::App& program)
      : app_(program.add_subcommand(
            "proxy", "Load the LoRA adapter that a request names, then pass the request on")),
        settings_(scenario::proxy_settings(), "proxy"),
        flags_(*app_, settings_) {
    app_->footer(
        "The adapter's file is made when its name is first heard, then read past the page cache\n"
        "and checked; adapter_id does not reach the backend. BACKEND_URL and DYN_KVBM_TIER2_PATH\n"
        "are heard. GET /metrics tells of the adapters (docs/proxy.md).\n"
        "Examples:\n"
        "  spillway proxy --backend-url http://127.0.0.1:8000 --adapter-dir /mnt/nvme/lora\n"
        "  curl http://127.0.0.1:9100/v1/completions -d "
        "'{\"model\":\"m\",\"prompt\":\"Hi\",\"adapter_id\":\"a-1\"}'\n"
        "SIGTERM or Ctrl-C: no new requests, those under way are finished; a second time: now.\n"
        "Statuses: 0 ended as asked, 2 bad input or set-up.");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    const scenario::EnvironmentVariables environment = scenario::process_environment();
    scenario::apply_proxy_variables(environment, settings_);
    flags_.apply(environment);
    const scenario::ProxyConfig config = scenario::proxy_config(settings_);
    scenario::Proxying proxying(config);
    // Before run() makes threads, so that these inherit the blocked signals.
    const Signals signals([&](int /*signal*/, int count) { end(proxying, count); });
    proxying.run([&](std::uint16_t port) {
      fmt::print("http://{}:{}/v1 passes on to {}{}; adapters in {}\n", config.listen, port,
                 config.backend.tls ? "https://" : "http://", config.backend.authority(),
                 config.adapter_dir);
      std::fflush(stdout);
    });
    const serve::AdapterCounters& adapters = proxying.adapters();
    fmt::print(stderr, "Ended: adapters were found {} times, read {} times ({} failed)\n",
               adapters.hits, adapters.misses, adapters.failed);
    return kSuccess;
  }

 private:
  static void end(scenario::Proxying& proxying, int count) {
    if (count > 2) std::_Exit(kInterrupted);
    fmt::print(stderr, "{}\n", count == 1 ? "Finishing what is under way" : "Stopping");
    if (count == 1) {
      proxying.drain();
    } else {
      proxying.stop();
    }
  }

  CLI::App* app_;
  scenario::Settings settings_;
  Flags flags_;
};

}  // namespace

std::unique_ptr<Command> proxy_command(CLI::App& program) {
  return std::make_unique<ProxyCommand>(program);
}

}  // namespace spillway::cli
