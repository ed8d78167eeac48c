// SPDX-License-Identifier: Apache-2.0
#include "scenario/client_trial.h"

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "async/loop.h"
#include "core/cpu_time.h"
#include "kv/estimator.h"
#include "load/completion_client.h"
#include "load/origin_dialler.h"
#include "net/origin.h"
#include "record/completion_log.h"
#include "scenario/drive_plan.h"

namespace spillway::scenario {
namespace {

constexpr std::uint32_t kMaxTokens = 256;

DriveRequests requests_of(bool stream) {
  DriveRequests requests;
  requests.max_tokens = kMaxTokens;
  requests.temperature = 0.7;
  requests.top_p = 1;
  requests.stream = stream;
  return requests;
}

// One phase of one short prompt.
workload::DrivePhases one_prompt() {
  workload::DrivePhases phases;
  workload::DrivePrompt prompt;
  prompt.id = "trial";
  prompt.set = "trial";
  prompt.text = "How long does this take?";
  phases.prompts.push_back(std::move(prompt));
  workload::DrivePhase phase;
  phase.name = "trial";
  phase.prompts = {0};
  phases.phases.push_back(std::move(phase));
  return phases;
}

}  // namespace

ClientTrialResult try_client(const ClientTrial& trial) {
  const workload::DrivePhases phases = one_prompt();
  const DrivePlan plan(phases, requests_of(trial.stream), "trial");
  const std::unique_ptr<kv::Tokenizer> tokenizer = kv::make_estimator();
  async::RealClock clock;
  async::Loop loop(clock);
  async::Stop stop;
  const net::Origin origin(net::parse_url(trial.base_url));
  load::OriginDialler dialler(loop, origin);
  load::CompletionClient client(loop, dialler,
                                {.target = origin.url().path + "/v1/completions",
                                 .headers = {{"Host", origin.authority()}},
                                 .stream_total = {}});
  ClientTrialResult result;
  record::CompletionLog log(trial.rows, *tokenizer, {}, [&](const record::CompletionRow& row) {
    result.sums.add(row);
    if (row.ok()) return;
    ++result.failed;
    if (result.first_error.empty()) result.first_error = row.error;
  });
  load::CompletionLoad load(loop, client, load::epoch_of(loop),
                            [&](const record::CompletionRow& row) { log.add(row); });
  const Duration before = thread_cpu_time();
  loop.run([](load::CompletionLoad& its_load, const PlannedPhase& phase,
              const ClientTrial& its_trial, ClientTrialResult& into,
              async::Stop& its_stop) -> async::Task<> {
    into.load = co_await its_load.run(phase.calls, its_trial.load, its_stop);
  }(load, plan.phases().front(), trial, result, stop));
  result.cpu = thread_cpu_time() - before;
  client.close_idle();
  log.drain();
  return result;
}

}  // namespace spillway::scenario
