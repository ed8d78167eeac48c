// SPDX-License-Identifier: Apache-2.0
#include "scenario/client_check.h"

#include <fmt/core.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "scenario/client_trial.h"
#include "scenario/embedded_server.h"

namespace spillway::scenario {
namespace {

constexpr std::uint32_t kConnections = 32;
constexpr std::uint32_t kTokens = 32;
constexpr double kUsPerSecond = 1e6;

std::string milliseconds(Duration length) { return fmt::format("{}", to_milliseconds(length)); }

// Made here, and gone with all that a trial left in it.
class TrialDirectory {
 public:
  explicit TrialDirectory(std::string path) : path_(std::move(path)) {
    std::error_code error;
    if (std::filesystem::create_directory(path_, error)) return;
    throw Error(fmt::format("calibrate the client in {}: {}", path_,
                            error ? error.message() : "it is there already"));
  }
  TrialDirectory(const TrialDirectory&) = delete;
  TrialDirectory& operator=(const TrialDirectory&) = delete;
  ~TrialDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

 private:
  std::string path_;
};

ClientTrialResult measure(const ClientCheckOptions& options, bool stream) {
  EmbeddedServerOptions server{.program = options.program,
                               .settings = {},
                               .directory = options.directory,
                               .cpus = options.server_cpus,
                               .null = true};
  if (stream) {
    server.settings = {{"ttft-ms", milliseconds(kCheckedTtft)},
                       {"itl-ms", milliseconds(kCheckedGap)},
                       {"tokens", std::to_string(kTokens)}};
  }
  const TrialDirectory directory(options.directory);
  const EmbeddedServer null(server);
  ClientTrial trial{.base_url = null.base_url(),
                    .stream = stream,
                    .load = {},
                    .rows = options.directory + "/requests.jsonl"};
  trial.load.concurrency = kConnections;
  trial.load.requests = std::uint64_t{1} << 32U;
  trial.load.window = options.length;
  // In step they would all be due at once.
  if (stream) trial.load.ramp = kCheckedTtft + kCheckedGap * kTokens;
  ClientTrialResult result = try_client(trial);
  if (result.failed > 0) {
    throw Error(fmt::format("calibrate the client: {} of {} requests to the null server failed: {}",
                            result.failed, result.load.sent, result.first_error));
  }
  return result;
}

double cpu_us(const ClientTrialResult& result) { return to_seconds(result.cpu) * kUsPerSecond; }

}  // namespace

analysis::ClientFigures check_client(const ClientCheckOptions& options) {
  const ClientTrialResult whole = measure(options, false);
  const ClientTrialResult streams = measure(options, true);
  const auto sent = static_cast<double>(whole.load.sent);
  analysis::ClientFigures figures{.cpu_us_per_request = cpu_us(whole) / sent,
                                  .requests_per_s = sent / to_seconds(whole.load.duration)};
  const double of_requests = figures.cpu_us_per_request * static_cast<double>(streams.load.sent);
  figures.cpu_us_per_text =
      std::max(0.0, cpu_us(streams) - of_requests) / static_cast<double>(streams.sums.texts());
  const analysis::ServedFigures served = streams.sums.served();
  const double ttft = to_milliseconds(kCheckedTtft);
  const double gap = to_milliseconds(kCheckedGap);
  figures.ttft_error_p50_ms = served.ttft_ms->p50 - ttft;
  figures.ttft_error_p99_ms = served.ttft_ms->p99 - ttft;
  figures.gap_error_p50_ms = served.itl_ms->p50 - gap;
  figures.gap_error_p99_ms = served.itl_ms->p99 - gap;
  return figures;
}

}  // namespace spillway::scenario
