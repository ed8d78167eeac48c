// SPDX-License-Identifier: Apache-2.0
#include "cli/serve_command.h"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/flags.h"
#include "cli/signals.h"
#include "core/size_text.h"
#include "scenario/environment_variables.h"
#include "scenario/serve_settings.h"
#include "scenario/serving.h"

namespace spillway::cli {
namespace {

class ServeCommand final : public Command {
 public:
  explicit ServeCommand(CLI::App& program)
      : app_(program.add_subcommand(
            "serve", "Serve the OpenAI API from a modelled engine over real KV tiers")),
        settings_(scenario::serve_settings(), "serve"),
        flags_(*app_, settings_) {
    app_->footer(
        "The accelerator is modelled; host memory and disk are real. Every flag may also stand in\n"
        "a file (--config) or a variable (SPILLWAY_PORT=8000), and the DYN_KVBM_* and BENCH_*\n"
        "variables of the Dynamo stack are heard, too.\n"
        "Examples:\n"
        "  spillway serve --cache-dir /mnt/nvme/kv --cpu-cache-gb 8 --disk-cache-gb 32\n"
        "  spillway serve --tier-mode B0 --device-prefix-cache on   # a stack without tiers\n"
        "  spillway serve --null --ttft-ms 50 --itl-ms 10 --tokens 128   # a clock for clients\n"
        "  curl http://127.0.0.1:8000/v1/completions -d "
        "'{\"model\":\"llama3.1-8b\",\"prompt\":\"Hi\"}'\n"
        "SIGTERM or Ctrl-C: no new requests, those under way are finished; a second time: now.\n"
        "Statuses: 0 ended as asked, 2 bad input or set-up.");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    const scenario::EnvironmentVariables environment = scenario::process_environment();
    scenario::apply_stack_variables(environment, settings_);
    const scenario::ConfigFile file = flags_.apply(environment);
    const scenario::ServeConfig config = scenario::serve_config(settings_, file.models);
    // Before all else that makes threads, so that these inherit the blocked signals.
    scenario::Serving* serving = nullptr;
    std::mutex mutex;
    const Signals signals([&](int /*signal*/, int count) { end(serving, mutex, count); });
    scenario::Serving made(config);
    {
      const std::scoped_lock lock(mutex);
      serving = &made;
    }
    if (!config.null && config.kv.mode != scenario::TierMode::b0) {
      fmt::print(stderr, "Setting up {} of host memory and {} on disk\n", size_text(config.kv.cpu),
                 size_text(config.kv.disk));
    }
    made.run([&](const scenario::ServingPorts& ports) { tell(config, ports); });
    {
      const std::scoped_lock lock(mutex);
      serving = nullptr;
    }
    tell_end(config, made);
    return kSuccess;
  }

 private:
  // First it is drained, then stopped, and the third time the process ends.
  static void end(scenario::Serving* serving, std::mutex& mutex, int count) {
    const std::scoped_lock lock(mutex);
    if (serving == nullptr || count > 2) {
      if (serving != nullptr) serving->remove_files();
      std::_Exit(kInterrupted);
    }
    fmt::print(stderr, "{}\n", count == 1 ? "Finishing what is under way" : "Stopping");
    if (count == 1) {
      serving->drain();
    } else {
      serving->stop();
    }
  }

  static void tell(const scenario::ServeConfig& config, const scenario::ServingPorts& ports) {
    const scenario::EndpointConfig& endpoint = config.endpoint;
    fmt::print("{}://{}:{}/v1 serves {}{}\n", endpoint.tls_cert.empty() ? "http" : "https",
               endpoint.listen, ports.api, config.engine.served_name,
               config.null ? " (null server: nothing is computed or stored)" : "");
    if (config.engine.tokenizer != "heuristic") {
      fmt::print("tokens as {} has them\n", config.engine.tokenizer);
    }
    if (ports.system != 0) fmt::print("system metrics and faults on port {}\n", ports.system);
    if (ports.kvbm != 0) fmt::print("block manager metrics on port {}\n", ports.kvbm);
    std::fflush(stdout);
  }

  static void tell_end(const scenario::ServeConfig& config, const scenario::Serving& ended) {
    if (!config.null) {
      const serve::EngineFigures& figures = ended.figures();
      fmt::print(stderr, "Ended: {} requests completed, {} refused, {} cut off\n",
                 figures.requests_completed, figures.requests_refused, figures.requests_cancelled);
      return;
    }
    fmt::print(stderr, "Ended: {} tokens written after they were due by {}\n",
               ended.lateness().count(), lateness_text(ended.lateness()));
    if (!config.null->lockstep) return;
    fmt::print(stderr, "The last of each of {} steps: {}\n", ended.step_lateness().count(),
               lateness_text(ended.step_lateness()));
  }

  static std::string lateness_text(const stats::Histogram& late) {
    const auto us = [&](double q) { return static_cast<double>(late.quantile(q)) / 1e3; };
    return fmt::format("p50 {:.0f}, p99 {:.0f}, p99.9 {:.0f}, at most {:.0f} us", us(0.5), us(0.99),
                       us(0.999), us(1));
  }

  CLI::App* app_;
  scenario::Settings settings_;
  Flags flags_;
};

}  // namespace

std::unique_ptr<Command> serve_command(CLI::App& program) {
  return std::make_unique<ServeCommand>(program);
}

}  // namespace spillway::cli
