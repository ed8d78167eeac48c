// SPDX-License-Identifier: Apache-2.0
#include "report/harness_report.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <iterator>
#include <string_view>

#include "text/loose_json.h"

namespace spillway::report {
namespace {

using text::JsonValue;
using text::member;

const JsonValue* at(const JsonValue* value, std::initializer_list<std::string_view> path) {
  for (const std::string_view key : path) value = member(value, key);
  return value;
}

// Numbers without a fraction of nothing: 1 for 1.0.
std::string shown(const JsonValue* value, std::string_view missing = "None") {
  if (value == nullptr || value->is_null()) return std::string(missing);
  if (value->is_string()) return value->as_string();
  if (value->type() == JsonValue::Type::boolean) return value->as_bool() ? "True" : "False";
  if (value->is_number()) return fmt::format("{}", value->as_double());
  if (!value->is_array()) return value->excerpt();
  std::string all;
  for (const JsonValue& one : value->elements()) all += (all.empty() ? "" : ", ") + shown(&one);
  return all.empty() ? "None" : all;
}

// To three decimals; a dash for none.
std::string rounded(const JsonValue* value) {
  return value != nullptr && value->is_number() ? fmt::format("{:.3f}", value->as_double()) : "-";
}

class Report {
 public:
  explicit Report(const JsonValue& summary)
      : summary_(&summary),
        kvbm_ok_(text::loose_text(at(&summary, {"kvbm_metrics_status", "status"})) == "ok") {}

  std::string render() {
    line("# Benchmark Report: {}", value({"run_id"}));
    status();
    platform();
    configuration();
    overall();
    peers();
    phases();
    signal();
    server();
    client();
    identity();
    limitations();
    return std::move(text_);
  }

 private:
  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }
  void heading(std::string_view title) { line("\n## {}\n", title); }

  std::string value(std::initializer_list<std::string_view> path) const {
    return shown(at(summary_, path));
  }
  // Of the block manager: nothing it said counts unless its metrics were there.
  std::string kvbm(const JsonValue* one) const { return kvbm_ok_ ? shown(one, "NA") : "NA"; }

  void status() {
    heading("Run Status");
    line("- Created: `{}`", value({"created_utc"}));
    line("- Scenario: `{}`", value({"scenario"}));
    line("- Run valid: `{}`", value({"run_valid"}));
    line("- Invalid reason: `{}`", value({"invalid_reason"}));
    line("- Invalid details: `{}`", value({"invalid_details"}));
  }

  void platform() {
    heading("Platform + Software Fingerprint");
    for (const auto& [key, one] : text::loose_members(member(summary_, "fingerprint"))) {
      line("- {}: `{}`", key, shown(&one));
    }
    line("- Model: `{}`", value({"model_id"}));
  }

  void configuration() {
    heading("KV Configuration");
    line("- Tier mode: `{}`", value({"tier_mode"}));
    line("- KV mode: `{}`", value({"kv_mode", "mode"}));
    line("- KVBM enabled: `{}`", value({"kvbm_enabled"}));
    line("- CPU cache GB: `{}`", value({"kv_mode", "cpu_cache_gb"}));
    line("- Disk cache GB: `{}`", value({"kv_mode", "disk_cache_gb"}));
    line("- Variant tags: `{}`", value({"variant_tags"}));
  }

  void spread(std::string_view title, const JsonValue* figures) {
    line("- {} p50/p95/p99 (ms): `{}` / `{}` / `{}`", title, shown(member(figures, "p50")),
         shown(member(figures, "p95")), shown(member(figures, "p99")));
  }

  void overall() {
    heading("Overall Results");
    const JsonValue* const overall = member(summary_, "overall_summary");
    line("- Error rate: `{}`", shown(member(overall, "error_rate")));
    line("- Requests/s: `{}`", shown(member(overall, "req_per_s")));
    line("- Output tokens/s (est): `{}`", shown(member(overall, "output_tokens_per_s_est")));
    spread("Latency", member(overall, "latency_ms"));
    spread("TTFT (legacy)", member(overall, "ttft_ms"));
    for (const auto& [title, key] : {std::pair("TTFC", "ttfc_ms"), {"TTFB", "ttfb_ms"}}) {
      const JsonValue* const figures = member(overall, key);
      if (!text::loose_members(figures).empty()) spread(title, figures);
    }
    served(member(overall, "served"));
    goodput(member(overall, "goodput"));
    line("- Cache at the start: `{}`", shown(at(summary_, {"cache_at_start", "state"})));
    const JsonValue* const rollup = at(summary_, {"kvbm_metrics", "rollup"});
    line("- KVBM rollup offload/onboard/matched: `{}` / `{}` / `{}`",
         kvbm(member(rollup, "offload_blocks_total_delta")),
         kvbm(member(rollup, "onboard_blocks_total_delta")),
         kvbm(member(rollup, "matched_tokens_total_delta")));
  }

  // Of requests that succeeded, by docs/metrics.md.
  void served(const JsonValue* served) {
    if (served == nullptr) return;
    constexpr std::array<std::pair<const char*, const char*>, 5> kFigures = {
        {{"Succeeded: latency", "latency_ms"},
         {"Succeeded: latency from due", "latency_from_due_ms"},
         {"Succeeded: TTFT, first text", "ttft_ms"},
         {"Succeeded: ITL", "itl_ms"},
         {"Succeeded: TPOT", "tpot_ms"}}};
    for (const auto& [title, key] : kFigures) {
      const JsonValue* const figures = member(served, key);
      if (!text::loose_members(figures).empty()) spread(title, figures);
    }
    for (const auto& [fault, count] : text::loose_members(member(served, "failures"))) {
      line("- Failed by {}: `{}`", fault, shown(&count));
    }
  }

  void goodput(const JsonValue* goodput) {
    if (goodput == nullptr) return;
    std::string objectives;
    for (const auto& [name, ms] : text::loose_members(member(goodput, "objectives_ms"))) {
      objectives += fmt::format("{}{} <= {} ms", objectives.empty() ? "" : ", ", name, shown(&ms));
    }
    for (const auto& [title, from] : {std::pair("sent", "from_sent"), {"due", "from_due"}}) {
      line("- Goodput ({}; timed from {}): `{}` req/s, `{}` requests", objectives, title,
           rounded(at(goodput, {from, "requests_per_s"})), shown(at(goodput, {from, "requests"})));
    }
  }

  // By the definitions of other tools; docs/metrics.md has them in full.
  void peers() {
    const auto peers = text::loose_members(member(summary_, "metrics_as"));
    if (peers.empty()) return;
    heading("By Other Tools' Definitions");
    line("| tool | metric | mean | p50 | p90 | p95 | p99 | definition |");
    line("|---|---|--:|--:|--:|--:|--:|---|");
    for (const auto& [peer, figures] : peers) {
      for (const char* const metric : {"ttft_ms", "itl_ms", "tpot_ms", "e2e_ms"}) {
        const JsonValue* const one = member(&figures, metric);
        line("| {} | {} | {} | {} | {} | {} | {} | {} |", peer, metric,
             rounded(member(one, "mean")), rounded(member(one, "p50")), rounded(member(one, "p90")),
             rounded(member(one, "p95")), rounded(member(one, "p99")),
             shown(member(one, "definition")));
      }
      for (const char* const rate : {"requests_per_s", "output_tokens_per_s"}) {
        line("| {} | {} | {} | | | | | {} |", peer, rate,
             rounded(at(&figures, {"throughput", rate})),
             shown(at(&figures, {"throughput", "definition"})));
      }
    }
  }

  void phases() {
    heading("Phase Results");
    for (const JsonValue& phase : text::loose_elements(member(summary_, "phase_summaries"))) {
      const JsonValue* const one = &phase;
      const JsonValue* const delta = member(one, "kvbm_metrics_delta");
      line(
          "- `{}`: err={}, req/s={}, nvme_write_mib={}, nvme_read_mib={}, proc_write_mib={}, "
          "proc_read_mib={}, ttft_p95_ms={}, ttfc_p95_ms={}, offload_blocks_delta={}, "
          "onboard_blocks_delta={}, matched_tokens_delta={}",
          shown(member(one, "phase")), shown(member(one, "error_rate")),
          shown(member(one, "req_per_s")), shown(at(one, {"io_delta", "write_mib_delta"})),
          shown(at(one, {"io_delta", "read_mib_delta"})),
          shown(at(one, {"worker_process_io_delta", "write_mib_delta"})),
          shown(at(one, {"worker_process_io_delta", "read_mib_delta"})),
          shown(at(one, {"ttft_ms", "p95"})), shown(at(one, {"ttfc_ms", "p95"})),
          kvbm(member(delta, "offload_blocks_total_delta")),
          kvbm(member(delta, "onboard_blocks_total_delta")),
          kvbm(member(delta, "kvbm_matched_tokens_delta")));
    }
  }

  void signal() {
    heading("KVBM Metrics Signal");
    line("- KVBM metrics status: `{}`", value({"kvbm_metrics_status", "status"}));
    line("- Available: `{}`", value({"kvbm_metrics", "available"}));
    line("- Reason: `{}`", value({"kvbm_metrics", "reason"}));
    for (const char* const name :
         {"rehydrate_replay_signal", "eviction_replay_signal", "reuse_verify_signal"}) {
      const JsonValue* const found = at(summary_, {"kvbm_metrics", name});
      if (found == nullptr) continue;
      line("- {}: `{}`", name, shown(member(found, "signal")));
      line("- Replay matched tokens / onboarded blocks: `{}` / `{}`",
           kvbm(member(found, "replay_matched_tokens")),
           kvbm(member(found, "replay_onboard_blocks")));
      line("- Reuse gate: `{}`", shown(member(found, "reuse_gate")));
      line("- Interpretation: {}", shown(member(found, "interpretation")));
    }
  }

  void server_line(std::string_view what, const JsonValue* delta) {
    if (delta == nullptr) return;
    if (!text::loose_members(member(delta, "stacks")).empty()) {
      for (const auto& [stack, found] : text::loose_members(member(delta, "stacks"))) {
        line("- `{}`, {}: {}; counters reset: `{}`", what, stack, figures_of(found),
             shown(member(&found, "counter_resets")));
      }
    } else {
      line("- `{}`: `NA`, {}", what, shown(member(delta, "reason")));
    }
  }

  // What there is; what there is not stands below `missing` in the summary.
  static std::string figures_of(const JsonValue& stack) {
    std::string all;
    for (const auto& [place, figures] : text::loose_members(member(&stack, "figures"))) {
      for (const auto& [figure, value] : text::loose_members(&figures)) {
        if (value.is_null()) continue;
        all += fmt::format("{}{}.{}={}", all.empty() ? "" : ", ", place, figure, shown(&value));
      }
    }
    return all.empty() ? "nothing" : all;
  }

  void server() {
    if (member(summary_, "server_metrics") == nullptr) return;
    heading("Server Metrics");
    for (const JsonValue& phase : text::loose_elements(member(summary_, "phase_summaries"))) {
      server_line(shown(member(&phase, "phase")), member(&phase, "server_metrics"));
    }
    server_line("overall", member(summary_, "server_metrics"));
  }

  void client() {
    if (member(summary_, "client") == nullptr) return;
    heading("Client");
    line("- Decision grade: `{}`", value({"client", "decision_grade"}));
    line("- Reasons: `{}`", value({"client", "reasons"}));
    line("- Highest rates at which the client is not the limit: `{}` requests/s, `{}` texts/s",
         value({"client", "most_requests_per_s"}), value({"client", "most_texts_per_s"}));
    line("- Timing error, ms: TTFT p50 `{}`, p99 `{}`; gaps p50 `{}`, p99 `{}`",
         value({"client", "timing_error_ms", "ttft_p50"}),
         value({"client", "timing_error_ms", "ttft_p99"}),
         value({"client", "timing_error_ms", "gap_p50"}),
         value({"client", "timing_error_ms", "gap_p99"}));
  }

  void identity() {
    heading("Request Identity");
    for (const auto& [key, one] : text::loose_members(member(summary_, "request_identity"))) {
      if (!one.is_object()) line("- {}: `{}`", key, shown(&one));
    }
  }

  void limitations() {
    heading("Anomalies + Limitations");
    const auto notes = text::loose_elements(member(summary_, "notes"));
    for (const JsonValue& note : notes) line("- {}", shown(&note));
    if (notes.empty()) line("- none on record");
  }

  const JsonValue* summary_;
  bool kvbm_ok_;
  std::string text_;
};

}  // namespace

std::string render_harness_report(const JsonValue& summary) { return Report(summary).render(); }

}  // namespace spillway::report
