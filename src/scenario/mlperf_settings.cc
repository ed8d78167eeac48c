// SPDX-License-Identifier: Apache-2.0
#include "scenario/mlperf_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/size_text.h"

namespace spillway::scenario {
namespace {

constexpr std::string_view kDetails = "Details of conversations (keys of the YAML file)";

// Defaults: MLPerf KV-cache benchmark, shipped config, April 2026. Where it says more than the
// benchmark does (least length of shared prompts, conversations remembered) or speaks of a card
// that we do not have (gpu_backend), the default is what the benchmark does without it.
// NOLINTNEXTLINE(readability-function-size): a table, no logic.
const std::vector<Setting>& table() {
  static const std::vector<Setting> rows = {
      {.name = "user-templates-chatbot-context-range",
       .kind = Kind::range,
       .initial = "512-4096",
       .group = kDetails,
       .help = "prompt tokens of a chatbot user",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "user-templates-chatbot-generation-range",
       .kind = Kind::range,
       .initial = "50-200",
       .group = kDetails,
       .help = "answer tokens of a chatbot user",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "user-templates-chatbot-think-time-range",
       .kind = Kind::range,
       .initial = "0.1-0.5",
       .group = kDetails,
       .help = "seconds that a chatbot user pauses",
       .low = 0,
       .high = 1e6,
       .in_help = false},
      {.name = "user-templates-coding-context-range",
       .kind = Kind::range,
       .initial = "4096-25000",
       .group = kDetails,
       .help = "prompt tokens of a coding user",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "user-templates-coding-generation-range",
       .kind = Kind::range,
       .initial = "100-500",
       .group = kDetails,
       .help = "answer tokens of a coding user",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "user-templates-coding-think-time-range",
       .kind = Kind::range,
       .initial = "0.2-1.0",
       .group = kDetails,
       .help = "seconds that a coding user pauses",
       .low = 0,
       .high = 1e6,
       .in_help = false},
      {.name = "user-templates-document-context-range",
       .kind = Kind::range,
       .initial = "4096-16384",
       .group = kDetails,
       .help = "prompt tokens of a document user",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "user-templates-document-generation-range",
       .kind = Kind::range,
       .initial = "200-800",
       .group = kDetails,
       .help = "answer tokens of a document user",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "user-templates-document-think-time-range",
       .kind = Kind::range,
       .initial = "0.3-1.5",
       .group = kDetails,
       .help = "seconds that a document user pauses",
       .low = 0,
       .high = 1e6,
       .in_help = false},
      {.name = "generation-timing-none",
       .kind = Kind::number,
       .initial = "0",
       .group = kDetails,
       .help = "seconds per token of --generation-mode none",
       .low = 0,
       .high = 1e3,
       .in_help = false},
      {.name = "generation-timing-fast",
       .kind = Kind::number,
       .initial = "0.002",
       .group = kDetails,
       .help = "seconds per token of --generation-mode fast",
       .low = 0,
       .high = 1e3,
       .in_help = false},
      {.name = "generation-timing-realistic",
       .kind = Kind::number,
       .initial = "0.030",
       .group = kDetails,
       .help = "seconds per token of --generation-mode realistic",
       .low = 0,
       .high = 1e3,
       .in_help = false},
      {.name = "qos-profiles-interactive-target-latency-p95-ms",
       .kind = Kind::number,
       .initial = "50",
       .group = kDetails,
       .help = "what 95 % of the interactive requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-interactive-target-latency-p99-ms",
       .kind = Kind::number,
       .initial = "100",
       .group = kDetails,
       .help = "what 99 % of the interactive requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-interactive-target-latency-p999-ms",
       .kind = Kind::number,
       .initial = "150",
       .group = kDetails,
       .help = "what 99.9 % of the interactive requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-interactive-target-latency-p9999-ms",
       .kind = Kind::number,
       .initial = "200",
       .group = kDetails,
       .help = "what 99.99 % of the interactive requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-interactive-priority",
       .kind = Kind::integer,
       .initial = "3",
       .group = kDetails,
       .help = "of the interactive class; the highest is served first",
       .low = 0,
       .high = 1e6,
       .in_help = false},
      {.name = "qos-profiles-responsive-target-latency-p95-ms",
       .kind = Kind::number,
       .initial = "100",
       .group = kDetails,
       .help = "what 95 % of the responsive requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-responsive-target-latency-p99-ms",
       .kind = Kind::number,
       .initial = "200",
       .group = kDetails,
       .help = "what 99 % of the responsive requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-responsive-target-latency-p999-ms",
       .kind = Kind::number,
       .initial = "350",
       .group = kDetails,
       .help = "what 99.9 % of the responsive requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-responsive-target-latency-p9999-ms",
       .kind = Kind::number,
       .initial = "500",
       .group = kDetails,
       .help = "what 99.99 % of the responsive requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-responsive-priority",
       .kind = Kind::integer,
       .initial = "2",
       .group = kDetails,
       .help = "of the responsive class; the highest is served first",
       .low = 0,
       .high = 1e6,
       .in_help = false},
      {.name = "qos-profiles-batch-target-latency-p95-ms",
       .kind = Kind::number,
       .initial = "1000",
       .group = kDetails,
       .help = "what 95 % of the batch requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-batch-target-latency-p99-ms",
       .kind = Kind::number,
       .initial = "5000",
       .group = kDetails,
       .help = "what 99 % of the batch requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-batch-target-latency-p999-ms",
       .kind = Kind::number,
       .initial = "7500",
       .group = kDetails,
       .help = "what 99.9 % of the batch requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-batch-target-latency-p9999-ms",
       .kind = Kind::number,
       .initial = "10000",
       .group = kDetails,
       .help = "what 99.99 % of the batch requests are promised",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "qos-profiles-batch-priority",
       .kind = Kind::integer,
       .initial = "1",
       .group = kDetails,
       .help = "of the batch class; the highest is served first",
       .low = 0,
       .high = 1e6,
       .in_help = false},
      {.name = "qos-distribution-interactive-probability",
       .kind = Kind::number,
       .initial = "0.15",
       .group = kDetails,
       .help = "share of the interactive class",
       .low = 0,
       .high = 1,
       .in_help = false},
      {.name = "qos-distribution-responsive-threshold",
       .kind = Kind::number,
       .initial = "0.50",
       .group = kDetails,
       .help = "share of the interactive and the responsive class together",
       .low = 0,
       .high = 1,
       .in_help = false},
      {.name = "prefix-cache-system-prompt-hit-probability",
       .kind = Kind::number,
       .initial = "0.2",
       .group = kDetails,
       .help = "share of conversations that begin with a shared system prompt",
       .low = 0,
       .high = 1,
       .in_help = false},
      {.name = "prefix-cache-min-prefix-length",
       .kind = Kind::integer,
       .initial = "0",
       .group = kDetails,
       .help = "tokens that a shared system prompt has at least",
       .low = 0,
       .high = 1e6,
       .in_help = false},
      {.name = "prefix-cache-max-prefix-entries",
       .kind = Kind::integer,
       .initial = "1000",
       .group = kDetails,
       .help = "different shared system prompts at most, of three",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "rag-chunk-size-tokens",
       .kind = Kind::integer,
       .initial = "512",
       .group = kDetails,
       .help = "tokens of a document's chunk",
       .low = 1,
       .high = 1e6,
       .in_help = false},
      {.name = "rag-top-k-chunks",
       .kind = Kind::integer,
       .initial = "5",
       .group = kDetails,
       .help = "chunks that a query reads",
       .low = 1,
       .high = 1e6,
       .in_help = false},
      {.name = "rag-max-chunk-bytes",
       .kind = Kind::integer,
       .initial = "268435456",
       .group = kDetails,
       .help = "a chunk is cut to this",
       .low = 1,
       .high = 1e15,
       .in_help = false},
      {.name = "rag-request-probability",
       .kind = Kind::number,
       .initial = "0.1",
       .group = kDetails,
       .help = "that a request is followed by a query",
       .low = 0,
       .high = 1,
       .in_help = false},
      {.name = "rag-retrieval-distribution",
       .kind = Kind::choice,
       .initial = "zipfian",
       .group = kDetails,
       .help = "how chunks are chosen",
       .choices = {"zipfian", "uniform", "random"},
       .in_help = false},
      {.name = "rag-max-documents",
       .kind = Kind::integer,
       .initial = "0",
       .group = kDetails,
       .help = "documents that are kept, the latest; 0 = all",
       .low = 0,
       .high = 1e6,
       .in_help = false},
      {.name = "rag-large-model-doc-tokens-min",
       .kind = Kind::integer,
       .initial = "1024",
       .group = kDetails,
       .help = "shortest document of a model of 8192 dimensions or 64 layers",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "rag-large-model-doc-tokens-max",
       .kind = Kind::integer,
       .initial = "4096",
       .group = kDetails,
       .help = "longest document of such a model",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "rag-small-model-doc-tokens-min",
       .kind = Kind::integer,
       .initial = "4000",
       .group = kDetails,
       .help = "shortest document of any other model",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "rag-small-model-doc-tokens-max",
       .kind = Kind::integer,
       .initial = "12000",
       .group = kDetails,
       .help = "longest document of any other model",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "conversation-max-conversations",
       .kind = Kind::integer,
       .initial = "0",
       .group = kDetails,
       .help = "conversations remembered at a time; further users begin anew each time; 0 = all",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "conversation-max-turns-per-conv",
       .kind = Kind::integer,
       .initial = "50",
       .group = kDetails,
       .help = "turns after which a conversation ends",
       .low = 1,
       .high = 1e6,
       .in_help = false},
      {.name = "conversation-end-conversation-probability",
       .kind = Kind::number,
       .initial = "0.2",
       .group = kDetails,
       .help = "that a conversation ends before its next turn",
       .low = 0,
       .high = 1,
       .in_help = false},
      {.name = "decode-batch-size",
       .kind = Kind::integer,
       .initial = "32",
       .group = kDetails,
       .help = "tokens between two reads of an entry",
       .low = 1,
       .high = 1e6,
       .in_help = false},
      {.name = "sharegpt-max-context-tokens",
       .kind = Kind::integer,
       .initial = "8192",
       .group = kDetails,
       .help = "longer messages are cut to this",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "sharegpt-max-generation-tokens",
       .kind = Kind::integer,
       .initial = "2048",
       .group = kDetails,
       .help = "longer answers are cut to this",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "sharegpt-chars-per-token-estimate",
       .kind = Kind::integer,
       .initial = "4",
       .group = kDetails,
       .help = "characters that make a token",
       .low = 1,
       .high = 1e3,
       .in_help = false},
      {.name = "eviction-target-usage-ratio",
       .kind = Kind::number,
       .initial = "0.8",
       .group = kDetails,
       .help = "share to which a tier with one below it is filled",
       .low = 0.01,
       .high = 1,
       .in_help = false},
      {.name = "eviction-large-entry-limit-ratio",
       .kind = Kind::number,
       .initial = "0.95",
       .group = kDetails,
       .help = "largest block that such a tier takes, as a share of it",
       .low = 0.01,
       .high = 1,
       .in_help = false},
      {.name = "eviction-max-recursion-depth",
       .kind = Kind::integer,
       .initial = "10",
       .group = kDetails,
       .help = "tiers that a chain of demotions goes down; what would go further is deleted",
       .low = 0,
       .high = 1000,
       .in_help = false},
      {.name = "eviction-max-evictions-hard-cap",
       .kind = Kind::integer,
       .initial = "5000",
       .group = kDetails,
       .help = "blocks that may leave for one",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "eviction-max-evictions-min",
       .kind = Kind::integer,
       .initial = "1000",
       .group = kDetails,
       .help = "the same, when the tier holds few: it is its blocks and 100 more, within these two",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "gpu-backend-memory-fraction",
       .kind = Kind::number,
       .initial = "1",
       .group = kDetails,
       .help = "share of --gpu-mem-gb that the gpu tier gets",
       .low = 0.01,
       .high = 1,
       .in_help = false},
      {.name = "gpu-backend-max-eviction-attempts",
       .kind = Kind::integer,
       .initial = "0",
       .group = kDetails,
       .help = "blocks that may leave the gpu tier for one; 0 = as eviction.* says",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "gpu-backend-free-memory-threshold",
       .kind = Kind::number,
       .initial = "0",
       .group = kDetails,
       .help = "share of its free room that the gpu tier keeps free",
       .low = 0,
       .high = 0.99,
       .in_help = false},
      {.name = "validation-limits-max-users",
       .kind = Kind::integer,
       .initial = "100000",
       .group = kDetails,
       .help = "most users that are accepted",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "validation-limits-max-duration-seconds",
       .kind = Kind::number,
       .initial = "86400",
       .group = kDetails,
       .help = "longest duration that is accepted",
       .low = 1,
       .high = 1e9,
       .in_help = false},
      {.name = "validation-limits-max-gpu-memory-gb",
       .kind = Kind::number,
       .initial = "65536",
       .group = kDetails,
       .help = "largest gpu tier of a card that is accepted, GiB",
       .low = 0,
       .high = 1e9,
       .in_help = false},
      {.name = "validation-limits-max-cpu-memory-gb",
       .kind = Kind::number,
       .initial = "131072",
       .group = kDetails,
       .help = "largest cpu tier that is accepted, GiB",
       .low = 0,
       .high = 1e9,
       .in_help = false},
  };
  return rows;
}

workload::TokenRange tokens(const Settings& settings, const std::string& name) {
  const Range range = settings.range(name);
  return {.low = static_cast<std::uint64_t>(range.low),
          .high = static_cast<std::uint64_t>(range.high)};
}

std::string of_class(Qos qos, std::string_view key) {
  return fmt::format("qos-profiles-{}-{}", name_of(qos), key);
}

// A limit that is exceeded is named together with what exceeds it.
void check_limit(const Settings& settings, std::string_view name, std::string_view limit,
                 double value) {
  if (value <= settings.number(limit)) return;
  throw Error(fmt::format("{} {}: the limit is {} ({})", settings.spelling(name),
                          settings.text(name), settings.text(limit), settings.spelling(limit)));
}

double gib(Bytes size) {
  return static_cast<double>(size.count()) / static_cast<double>((1_GiB).count());
}

}  // namespace

std::span<const Setting> mlperf_settings() { return table(); }

std::array<workload::Persona, 3> read_personas(const Settings& settings) {
  std::array<workload::Persona, 3> personas = workload::kPersonas;
  for (workload::Persona& persona : personas) {
    const std::string before = fmt::format("user-templates-{}-", persona.name);
    persona.context = tokens(settings, before + "context-range");
    persona.generation = tokens(settings, before + "generation-range");
    const Range think = settings.range(before + "think-time-range");
    persona.think = {.low = from_seconds(think.low), .high = from_seconds(think.high)};
  }
  return personas;
}

void read_session_details(const Settings& settings, workload::SessionOptions& session) {
  session.qos = {.interactive = settings.number("qos-distribution-interactive-probability"),
                 .responsive = settings.number("qos-distribution-responsive-threshold")};
  if (session.qos.responsive < session.qos.interactive) {
    throw Error(fmt::format(
        "{} {}: it is cumulative, so no less than the share of the interactive class ({})",
        settings.spelling("qos-distribution-responsive-threshold"), session.qos.responsive,
        session.qos.interactive));
  }
  session.conversation.end_probability =
      settings.number("conversation-end-conversation-probability");
  session.conversation.most_remembered =
      static_cast<std::uint32_t>(settings.integer("conversation-max-conversations"));
  session.conversation.most_turns =
      static_cast<std::uint32_t>(settings.integer("conversation-max-turns-per-conv"));
  session.system_prompt_probability = settings.number("prefix-cache-system-prompt-hit-probability");
  session.shortest_system_prompt = Tokens(settings.integer("prefix-cache-min-prefix-length"));
  session.most_system_prompts = settings.integer("prefix-cache-max-prefix-entries");
}

void read_rag_details(const Settings& settings, const kv::ModelShape& model,
                      std::uint32_t tensor_parallel, workload::RagOptions& rag) {
  const std::string size = model.hidden >= 8192 || model.layers >= 64 ? "large" : "small";
  rag.document_tokens = {
      .low = settings.integer(fmt::format("rag-{}-model-doc-tokens-min", size)),
      .high = settings.integer(fmt::format("rag-{}-model-doc-tokens-max", size))};
  if (rag.document_tokens.high < rag.document_tokens.low) {
    throw Error(fmt::format("--rag-{}-model-doc-tokens-max {}: less than the minimum of {}", size,
                            rag.document_tokens.high, rag.document_tokens.low));
  }
  const Bytes token = kv::bytes_per_token(model, tensor_parallel);
  const Bytes most(settings.integer("rag-max-chunk-bytes"));
  rag.chunk_tokens =
      Tokens(std::clamp<std::uint64_t>(most / token, 1, settings.integer("rag-chunk-size-tokens")));
  rag.top_chunks = static_cast<std::uint32_t>(settings.integer("rag-top-k-chunks"));
  rag.probability = settings.number("rag-request-probability");
  rag.retrieval = settings.text("rag-retrieval-distribution") == "zipfian"
                      ? workload::Retrieval::zipfian
                      : workload::Retrieval::uniform;
  rag.most_documents = static_cast<std::uint32_t>(settings.integer("rag-max-documents"));
}

cache::EvictionLimits read_eviction(const Settings& settings) {
  cache::EvictionLimits limits;
  limits.deepest_demotion = static_cast<unsigned>(settings.integer("eviction-max-recursion-depth"));
  limits.most = settings.integer("eviction-max-evictions-hard-cap");
  limits.fewest = settings.integer("eviction-max-evictions-min");
  const std::uint64_t from_gpu = settings.integer("gpu-backend-max-eviction-attempts");
  if (from_gpu > 0) limits.most_from_gpu = from_gpu;
  limits.gpu_kept_free = settings.number("gpu-backend-free-memory-threshold");
  return limits;
}

void read_sharegpt(const Settings& settings, workload::ShareGptOptions& sharegpt) {
  const auto number = [&](std::string_view name) {
    return static_cast<std::uint32_t>(settings.integer(name));
  };
  sharegpt.max_context_tokens = number("sharegpt-max-context-tokens");
  sharegpt.max_generation_tokens = number("sharegpt-max-generation-tokens");
  sharegpt.chars_per_token = number("sharegpt-chars-per-token-estimate");
}

record::QosTargets read_targets(const Settings& settings) {
  record::QosTargets targets{};
  for (const Qos qos : kAllQos) {
    const std::int64_t ns = settings.milliseconds(of_class(qos, "target-latency-p95-ms")).count();
    record::QosTarget& target = targets.at(index_of(qos));
    target = {.ttft_ns = ns, .tier_time_ns = ns};
    for (std::size_t i = 0; i < record::kSlaTails.size(); ++i) {
      const std::string key = fmt::format("target-latency-{}-ms", record::kSlaTails.at(i).name);
      target.tail_ns.at(i) = settings.milliseconds(of_class(qos, key)).count();
    }
  }
  return targets;
}

std::array<std::size_t, kQosClasses> read_ranks(const Settings& settings) {
  std::array<Qos, kQosClasses> order = kAllQos;
  // The highest first, equal ones in the order of the classes.
  std::ranges::sort(order, {}, [&](Qos qos) {
    return std::pair(-settings.number(of_class(qos, "priority")), index_of(qos));
  });
  std::array<std::size_t, kQosClasses> ranks{};
  for (std::size_t rank = 0; rank < order.size(); ++rank) ranks.at(index_of(order.at(rank))) = rank;
  return ranks;
}

Duration generation_time(const Settings& settings, std::string_view mode) {
  const std::string_view timed = mode == "deterministic" ? "realistic" : mode;
  return settings.seconds(fmt::format("generation-timing-{}", timed));
}

void check_limits(const Settings& settings) {
  check_limit(settings, "num-users", "validation-limits-max-users", settings.number("num-users"));
  if (settings.is_set("duration")) {
    check_limit(settings, "duration", "validation-limits-max-duration-seconds",
                settings.number("duration"));
  }
  for (const auto& [name, limit] :
       {std::pair{"gpu-mem-gb", "validation-limits-max-gpu-memory-gb"},
        std::pair{"cpu-mem-gb", "validation-limits-max-cpu-memory-gb"}}) {
    const Bytes size = settings.size(name);
    if (size != kUnlimited) check_limit(settings, name, limit, gib(size));
  }
}

}  // namespace spillway::scenario
