// SPDX-License-Identifier: Apache-2.0
#include "scenario/workload_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "scenario/autoscaler_settings.h"
#include "scenario/mlperf_settings.h"
#include "workload/plan_writer.h"
#include "workload/session_plan.h"

namespace spillway::scenario {
namespace {

constexpr std::string_view kLoad = "Load";
constexpr std::string_view kConversations = "Conversations (without a trace)";

// NOLINTNEXTLINE(readability-function-size): a table, no logic.
const std::vector<Setting>& table() {
  static const std::vector<Setting> rows = {
      {.name = "trace",
       .kind = Kind::path,
       .initial = "",
       .group = kLoad,
       .help = "trace to replay: a Mooncake .jsonl file, kv-cache-tester .json files, or a "
               "directory of them; without it synthetic users talk (personas)"},
      {.name = "requests",
       .kind = Kind::path,
       .initial = "",
       .group = kLoad,
       .help = "requests to send, one by one: JSON lines (docs/formats.md), ShareGPT, BurstGPT or "
               "Azure files, found out by their content"},
      {.name = "dataset-path",
       .kind = Kind::path,
       .initial = "",
       .group = kLoad,
       .help = "a ShareGPT file, whose conversations are dealt to the users in a shuffled order"},
      {.name = "max-conversations",
       .kind = Kind::integer,
       .initial = "500",
       .group = kLoad,
       .help = "the first so many records of a ShareGPT file",
       .low = 1,
       .high = 1e9},
      {.name = "use-burst-trace",
       .kind = Kind::flag,
       .initial = "off",
       .group = kLoad,
       .help = "replay --burst-trace-path at its recorded times"},
      {.name = "burst-trace-path",
       .kind = Kind::path,
       .initial = "BurstGPT/data/BurstGPT_1.csv",
       .group = kLoad,
       .help = "a BurstGPT or Azure CSV file, a directory of them, or a pattern"},
      {.name = "trace-speedup",
       .kind = Kind::number,
       .initial = "1",
       .group = kLoad,
       .help = "divides the gaps of --arrival trace; 0 sends as fast as possible",
       .low = 0,
       .high = 1e6},
      {.name = "replay-cycles",
       .kind = Kind::integer,
       .initial = "0",
       .group = kLoad,
       .help = "passes over a list of requests; 0 = until the duration ends, once without one",
       .low = 0,
       .high = 1e9},
      {.name = "plan-only",
       .kind = Kind::flag,
       .initial = "off",
       .group = kLoad,
       .help = "write the requests to standard output, in the form of --requests, and run nothing"},
      {.name = "request-model",
       .kind = Kind::choice,
       .initial = "",
       .group = kLoad,
       .help = "engine: blocks, loaded once, answers stored; mlperf: whole entries, read again for "
               "every 32 tokens [engine with a trace, else mlperf]",
       .choices = {"engine", "mlperf"}},
      {.name = "arrival",
       .kind = Kind::choice,
       .initial = "",
       .group = kLoad,
       .help = "closed: each user sends a pause after his last answer; users: a pause after his "
               "last request; trace: at the recorded times; constant, poisson, gamma: at "
               "--request-rate [closed; trace for --requests with times and --use-burst-trace]",
       .choices = {"closed", "users", "trace", "constant", "poisson", "gamma"}},
      {.name = "request-rate",
       .kind = Kind::number,
       .initial = "",
       .group = kLoad,
       .help = "requests per second of all users together; alone it means --arrival constant",
       .low = 1e-6,
       .high = 1e9},
      {.name = "burstiness",
       .kind = Kind::number,
       .initial = "1",
       .group = kLoad,
       .help = "of --arrival gamma: 1 is Poisson, below 1 comes in bursts",
       .low = 1e-3,
       .high = 1e6},
      {.name = "think-scale",
       .kind = Kind::number,
       .initial = "1",
       .group = kConversations,
       .help = "multiplies the users' pauses; 0 = none",
       .low = 0,
       .high = 1e6},
      {.name = "num-users",
       .kind = Kind::integer,
       .initial = "1",
       .group = kLoad,
       .help = "users, who share a trace or are drawn from three personas [100 without a trace]",
       .low = 1,
       .high = 1e6},
      {.name = "concurrency",
       .kind = Kind::integer,
       .initial = "32",
       .group = kLoad,
       .help = "most requests in flight; the others wait, and that wait is measured [without a "
               "trace: the users, 500 at most but for --enable-autoscaling]",
       .low = 1,
       .high = 1e6},
      {.name = "time-scale",
       .kind = Kind::number,
       .initial = "1",
       .group = kLoad,
       .help = "multiplies the gaps of --arrival trace; 0 sends as fast as possible",
       .low = 0,
       .high = 1e6},
      {.name = "length-scale",
       .kind = Kind::number,
       .initial = "1",
       .group = kLoad,
       .help = "multiplies the tokens of every block of a trace; block count and sharing stay",
       .low = 1e-4,
       .high = 1e4},
      {.name = "max-requests",
       .kind = Kind::integer,
       .initial = "",
       .group = kLoad,
       .help = "the plan's first so many requests only",
       .low = 1,
       .high = 1e15},
      {.name = "duration",
       .kind = Kind::number,
       .initial = "",
       .group = kLoad,
       .help = "seconds to measure; without it the plan runs to its end [60 without a trace and "
               "without --max-requests]",
       .low = 1e-3,
       .high = 1e9},
      {.name = "warm-up",
       .kind = Kind::number,
       .initial = "0",
       .group = kLoad,
       .help = "seconds before measuring begins",
       .low = 0,
       .high = 1e9},
      {.name = "history",
       .kind = Kind::choice,
       .initial = "all",
       .group = kConversations,
       .help = "turns that a request reloads with --request-model mlperf: all before it, or the "
               "previous one",
       .choices = {"all", "previous"}},
      {.name = "disable-multi-turn",
       .kind = Kind::flag,
       .initial = "off",
       .group = kConversations,
       .help = "every request stands alone"},
      {.name = "disable-prefix-caching",
       .kind = Kind::flag,
       .initial = "off",
       .group = kConversations,
       .help = "no conversation begins with a shared system prompt"},
      {.name = "enable-rag",
       .kind = Kind::flag,
       .initial = "off",
       .group = kConversations,
       .help = "queries read documents in chunks, which are stored before the run (with "
               "--request-model engine when they are first asked for)"},
      {.name = "rag-num-docs",
       .kind = Kind::integer,
       .initial = "10",
       .group = kConversations,
       .help = "documents of --enable-rag",
       .low = 1,
       .high = 1e6},
      {.name = "max-concurrent-allocs",
       .kind = Kind::integer,
       .initial = "0",
       .group = kConversations,
       .help = "entries being stored at a time, of all shards; 0 = no limit",
       .low = 0,
       .high = 1e9},
      {.name = "prefill-only",
       .kind = Kind::flag,
       .initial = "off",
       .group = kConversations,
       .help = "a node that only computes and stores prompts: nothing is generated"},
      {.name = "decode-only",
       .kind = Kind::flag,
       .initial = "off",
       .group = kConversations,
       .help = "a node that only reads: ten entries of 2048 tokens a user are stored before the "
               "run"},
  };
  return rows;
}

void set_default(Settings& settings, std::string_view name, std::string_view text) {
  if (!settings.was_given(name)) settings.set(name, text, record::Origin::default_);
}

// What the workload is read from: the one of these that is given.
std::string list_path(const Settings& settings) {
  if (settings.is_set("requests")) return settings.text("requests");
  if (settings.is_set("dataset-path")) return settings.text("dataset-path");
  return settings.flag("use-burst-trace") ? settings.text("burst-trace-path") : "";
}

WorkloadKind kind_of(const Settings& settings) {
  if (settings.is_set("trace")) return WorkloadKind::trace;
  return list_path(settings).empty() ? WorkloadKind::personas : WorkloadKind::list;
}

RequestModel model_of(const Settings& settings) {
  if (settings.is_set("request-model")) {
    return settings.text("request-model") == "mlperf" ? RequestModel::mlperf : RequestModel::engine;
  }
  return settings.is_set("trace") ? RequestModel::engine : RequestModel::mlperf;
}

std::optional<std::uint64_t> most_requests(const Settings& settings) {
  if (!settings.is_set("max-requests")) return std::nullopt;
  return settings.integer("max-requests");
}

workload::RagOptions read_rag(const Settings& settings) {
  workload::RagOptions rag;
  if (settings.flag("enable-rag")) {
    rag.documents = static_cast<std::uint32_t>(settings.integer("rag-num-docs"));
  }
  return rag;
}

workload::SessionOptions read_session(const Settings& settings) {
  workload::SessionOptions session;
  session.seed = settings.integer("seed");
  read_session_details(settings, session);
  session.conversation.multi_turn = !settings.flag("disable-multi-turn");
  if (settings.flag("disable-prefix-caching")) session.system_prompt_probability = 0;
  if (settings.flag("prefill-only")) session.halves = workload::Halves::prefill_only;
  if (settings.flag("decode-only")) {
    session.halves = workload::Halves::decode_only;
    session.prepopulated = 10 * settings.integer("num-users");
  }
  session.rag = read_rag(settings);
  return session;
}

// A workload that nobody would see beside the one that is used. A dataset goes before a burst
// trace, as the MLPerf benchmark has it, but says so instead of passing the other over.
void refuse_other_workloads(const Settings& settings) {
  for (const std::string_view stronger : {"trace", "requests", "dataset-path"}) {
    if (!settings.is_set(stronger)) continue;
    const std::string why = fmt::format("beside --{}", stronger);
    if (stronger != "requests") settings.refuse_given({"requests"}, why);
    if (stronger != "dataset-path") settings.refuse_given({"dataset-path"}, why);
    settings.refuse_given({"use-burst-trace"}, why);
  }
  if (!settings.flag("use-burst-trace")) {
    settings.refuse_given({"burst-trace-path"}, "without --use-burst-trace");
  }
}

void refuse_beside_kind(const Settings& settings) {
  const WorkloadKind kind = kind_of(settings);
  if (kind == WorkloadKind::trace) {
    settings.refuse_given({"history", "disable-multi-turn", "disable-prefix-caching", "enable-rag",
                           "max-concurrent-allocs", "prefill-only", "decode-only"},
                          "with --trace");
  } else {
    settings.refuse_given({"length-scale"}, "without --trace");
  }
  if (kind != WorkloadKind::personas) {
    settings.refuse_given({"think-scale"}, "with a workload that has no pauses");
  }
  if (kind == WorkloadKind::list) {
    settings.refuse_given({"enable-rag"}, "with a list of requests, which has no queries");
  } else {
    settings.refuse_given({"max-conversations", "replay-cycles"},
                          "without --requests, --dataset-path or --use-burst-trace");
  }
}

// Whether requests go out at a given rate, whatever the users do.
bool is_open(const std::string& arrival) {
  return arrival == "constant" || arrival == "poisson" || arrival == "gamma";
}

void refuse_beside_arrival(const Settings& settings) {
  const std::string& arrival = settings.text("arrival");
  if (arrival != "gamma") settings.refuse_given({"burstiness"}, "without --arrival gamma");
  if (!is_open(arrival)) {
    settings.refuse_given({"request-rate"}, fmt::format("with --arrival {}", arrival));
  } else {
    settings.refuse_given({"think-scale"}, "at a given --request-rate");
  }
  if (arrival == "users" && kind_of(settings) != WorkloadKind::personas) {
    throw Error("--arrival users: only synthetic users have pauses; use closed or trace");
  }
  if (arrival == "trace" && kind_of(settings) == WorkloadKind::personas) {
    throw Error("--arrival trace: synthetic users have no recorded times; use closed or users");
  }
  const bool may_have_times = arrival == "trace" || arrival.empty();
  if (!may_have_times || kind_of(settings) == WorkloadKind::personas ||
      (arrival.empty() && settings.is_set("trace"))) {
    settings.refuse_given({"time-scale", "trace-speedup"}, "without --arrival trace");
  }
  if (settings.was_given("time-scale")) {
    settings.refuse_given({"trace-speedup"}, "beside --time-scale");
  }
}

// The share of recorded gaps that is kept; 0 sends everything at once.
double time_scale(const Settings& settings) {
  if (!settings.was_given("trace-speedup")) return settings.number("time-scale");
  const double speedup = settings.number("trace-speedup");
  return speedup == 0 ? 0 : 1 / speedup;
}

void read_list(const Settings& settings, WorkloadConfig& config) {
  read_sharegpt(settings, config.list.sharegpt);
  if (settings.is_set("dataset-path") || settings.was_given("max-conversations")) {
    config.list.sharegpt.max_conversations = settings.integer("max-conversations");
  }
  const bool dealt = settings.is_set("dataset-path") || settings.was_given("num-users");
  if (dealt || settings.flag("enable-autoscaling")) {
    config.deal.users = static_cast<std::uint32_t>(planned_users(settings));
  }
  config.deal.shuffled = settings.is_set("dataset-path");
  config.deal.time_scale = time_scale(settings);
  config.deal.most_requests = most_requests(settings);
  config.deal.passes = settings.integer("replay-cycles");
  if (config.deal.passes == 0) {
    config.deal.passes =
        settings.is_set("duration") ? std::numeric_limits<std::uint64_t>::max() : 1;
  }
}

}  // namespace

std::span<const Setting> workload_settings() { return table(); }

void set_workload_defaults(Settings& settings) {
  if (settings.flag("enable-autoscaling")) set_default(settings, "arrival", "closed");
  if (settings.is_set("trace")) return;
  set_default(settings, "num-users", "100");
  if (!settings.is_set("max-requests") && !settings.is_set("requests")) {
    set_default(settings, "duration", "60");
  }
  std::uint64_t places = planned_users(settings);
  if (!settings.flag("enable-autoscaling")) places = std::min<std::uint64_t>(places, 500);
  set_default(settings, "concurrency", fmt::format("{}", places));
  set_default(settings, "gpu-mem-gb", "16");
  set_default(settings, "cpu-mem-gb", "32");
  if (model_of(settings) == RequestModel::mlperf) {
    set_default(settings, "prefill-tokens-per-s", "0");
    if (!settings.was_given("decode-ms-per-token")) {
      set_default(settings, "generation-mode", "realistic");
    }
  }
  if (settings.is_set("request-rate")) set_default(settings, "arrival", "constant");
}

void refuse_workload_without_effect(const Settings& settings) {
  refuse_other_workloads(settings);
  refuse_beside_kind(settings);
  refuse_beside_arrival(settings);
  if (settings.is_set("trace") && settings.text("arrival") == "trace") {
    settings.refuse_given({"num-users"}, "with --arrival trace");
  }
  if (!settings.flag("enable-rag")) settings.refuse_given({"rag-num-docs"}, "without --enable-rag");
  if (model_of(settings) == RequestModel::engine) {
    settings.refuse_given({"history", "max-concurrent-allocs", "decode-only"},
                          "with --request-model engine");
  }
}

WorkloadConfig read_workload(const Settings& settings) {
  if (settings.flag("prefill-only") && settings.flag("decode-only")) {
    throw Error("--prefill-only and --decode-only exclude each other; give one of them");
  }
  WorkloadConfig config;
  const auto users = static_cast<std::uint32_t>(planned_users(settings));
  config.model = model_of(settings);
  config.trace = {.users = users,
                  .max_requests = most_requests(settings),
                  .time_scale = time_scale(settings),
                  .length_scale = settings.number("length-scale"),
                  .open_loop = settings.text("arrival") == "trace"};
  const std::string& arrival = settings.text("arrival");
  if (!arrival.empty()) config.by_time = arrival == "trace";
  config.targets = read_targets(settings);
  config.ranks = read_ranks(settings);
  if (settings.is_set("trace")) {
    config.path = settings.text("trace");
    if (config.model == RequestModel::mlperf) {
      throw Error(
          "--request-model mlperf: a trace names blocks, not the turns of which entries are made; "
          "leave it out");
    }
    return config;
  }
  config.kind = kind_of(settings);
  config.session = read_session(settings);
  if (config.kind == WorkloadKind::list) {
    config.path = list_path(settings);
    read_list(settings, config);
  }
  config.personas.users = users;
  config.personas.personas = read_personas(settings);
  config.decode_batch = Tokens(settings.integer("decode-batch-size"));
  config.personas.think_scale = is_open(arrival) ? 0 : settings.number("think-scale");
  config.personas.most_requests = most_requests(settings);
  if (settings.is_set("duration")) {
    config.personas.length = settings.seconds("duration") + settings.seconds("warm-up");
  }
  if (settings.text("history") == "previous") config.history = serve::HistoryReload::previous;
  config.most_allocations = settings.integer("max-concurrent-allocs");
  return config;
}

std::unique_ptr<workload::Plan> open_workload(const WorkloadConfig& config) {
  if (config.kind == WorkloadKind::trace) return workload::open_trace(config.path, config.trace);
  std::unique_ptr<workload::TurnSource> turns;
  if (config.kind == WorkloadKind::personas) {
    turns = std::make_unique<workload::PersonaTurns>(config.personas, config.session);
  } else {
    workload::RequestList list = workload::read_request_list(config.path, config.list);
    workload::DealOptions deal = config.deal;
    if (config.by_time && !list.timed) {
      throw Error(fmt::format("--arrival trace: the requests of {} have no times", config.path));
    }
    deal.by_time = config.by_time.value_or(list.timed);
    turns = std::make_unique<workload::ListedTurns>(std::move(list), deal, config.session);
  }
  return std::make_unique<workload::SessionPlan>(std::move(turns), config.session);
}

void write_plan(const WorkloadConfig& config,
                const std::function<void(std::string_view line)>& sink) {
  workload::write_plan(*open_workload(config), sink);
}

}  // namespace spillway::scenario
