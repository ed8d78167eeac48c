// SPDX-License-Identifier: Apache-2.0
#include "scenario/workload_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/size_text.h"
#include "scenario/autoscaler_settings.h"

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
      {.name = "request-model",
       .kind = Kind::choice,
       .initial = "",
       .group = kLoad,
       .help = "engine: blocks, loaded once, answers stored; mlperf: whole entries, read again for "
               "every 32 tokens [engine with a trace, else mlperf]",
       .choices = {"engine", "mlperf"}},
      {.name = "arrival",
       .kind = Kind::choice,
       .initial = "closed",
       .group = kLoad,
       .help = "closed: each user sends a pause after his last answer; users: a pause after his "
               "last request; trace: at the recorded times; constant, poisson, gamma: at "
               "--request-rate",
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
       .help = "documents are stored in chunks before the run, and queries read them"},
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

record::QosTargets read_targets() {
  constexpr std::int64_t kMs = 1'000'000;
  const auto both = [](std::int64_t ns) {
    return record::QosTarget{.ttft_ns = ns, .tier_time_ns = ns};
  };
  return {both(50 * kMs), both(100 * kMs), both(1000 * kMs)};
}

}  // namespace

std::span<const Setting> workload_settings() { return table(); }

void set_workload_defaults(Settings& settings) {
  if (settings.is_set("trace")) return;
  set_default(settings, "num-users", "100");
  if (!settings.is_set("max-requests")) set_default(settings, "duration", "60");
  const std::uint64_t most = settings.flag("enable-autoscaling") ? planned_users(settings) : 500;
  const std::uint64_t places = std::min(planned_users(settings), most);
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
  const auto refuse = [&](std::initializer_list<std::string_view> names, std::string_view why) {
    settings.refuse_given(names, why);
  };
  const std::string& arrival = settings.text("arrival");
  if (settings.is_set("trace")) {
    refuse({"think-scale", "history", "disable-multi-turn", "disable-prefix-caching", "enable-rag",
            "max-concurrent-allocs", "prefill-only", "decode-only"},
           "with --trace");
    if (arrival == "trace") refuse({"num-users"}, "with --arrival trace");
    if (arrival == "users") {
      throw Error("--arrival users: a trace has no pauses of users; use closed or trace");
    }
  } else {
    refuse({"length-scale"}, "without --trace");
  }
  if (arrival != "trace") refuse({"time-scale"}, "without --arrival trace");
  if (arrival != "gamma") refuse({"burstiness"}, "without --arrival gamma");
  if (arrival == "closed" || arrival == "users" || arrival == "trace") {
    refuse({"request-rate"}, fmt::format("with --arrival {}", arrival));
  } else {
    refuse({"think-scale"}, "at a given --request-rate");
  }
  if (!settings.flag("enable-rag")) refuse({"rag-num-docs"}, "without --enable-rag");
  if (model_of(settings) == RequestModel::engine) {
    refuse({"history", "max-concurrent-allocs", "decode-only"}, "with --request-model engine");
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
                  .time_scale = settings.number("time-scale"),
                  .length_scale = settings.number("length-scale"),
                  .open_loop = settings.text("arrival") == "trace"};
  config.targets = read_targets();
  if (settings.is_set("trace")) {
    config.path = settings.text("trace");
    if (config.model == RequestModel::mlperf) {
      throw Error(
          "--request-model mlperf: a trace names blocks, not the turns of which entries are made; "
          "leave it out");
    }
    return config;
  }
  config.kind = WorkloadKind::personas;
  config.session = read_session(settings);
  config.personas.users = users;
  config.personas.think_scale = settings.number("think-scale");
  config.personas.most_requests = most_requests(settings);
  if (settings.is_set("duration")) {
    config.personas.length = settings.seconds("duration") + settings.seconds("warm-up");
  }
  if (settings.text("history") == "previous") config.history = serve::HistoryReload::previous;
  config.most_allocations = settings.integer("max-concurrent-allocs");
  return config;
}

void fit_documents(const kv::ModelShape& model, std::uint32_t tensor_parallel,
                   workload::RagOptions& rag) {
  if (model.hidden >= 8192 || model.layers >= 64) rag.document_tokens = {.low = 1024, .high = 4096};
  const Bytes token = kv::bytes_per_token(model, tensor_parallel);
  rag.chunk_tokens =
      std::min(rag.chunk_tokens, Tokens(std::max<std::uint64_t>(1, 256_MiB / token)));
}

std::unique_ptr<workload::Plan> open_workload(const WorkloadConfig& config) {
  if (config.kind == WorkloadKind::trace) return workload::open_trace(config.path, config.trace);
  return std::make_unique<workload::SessionPlan>(
      std::make_unique<workload::PersonaTurns>(config.personas, config.session), config.session);
}

}  // namespace spillway::scenario
