// SPDX-License-Identifier: Apache-2.0
#include "record/run.h"

#include <fmt/core.h>

#include <algorithm>

namespace spillway::record {
namespace {

// Direct I/O reads whole sectors of what is asked, so the device's counters agree with ours but for
// pieces in flight at the window's edges: 2 %.
constexpr double kDeviceShare = 0.98;

void add_reason(Run& run, std::string_view code, std::string text) {
  run.reasons.push_back({.code = std::string(code), .text = std::move(text)});
}

void grade_device(Run& run, std::string_view direction, std::uint64_t logical,
                  const std::optional<DeviceTraffic>& device) {
  if (!device || logical == 0) return;
  const double share = static_cast<double>(device->bytes) / static_cast<double>(logical);
  if (share >= kDeviceShare) return;
  add_reason(
      run, fmt::format("{}_not_from_device", direction),
      fmt::format("only {:.1f} % of the bytes of storage {}s passed the device: a page cache "
                  "served the rest",
                  share * 100, direction));
}

// A run that waited for its trace is another run.
void grade_trace(Run& run, const TraceFile& trace) {
  if (!trace.error.empty()) add_reason(run, "io_trace_failed", trace.error);
  if (trace.stalls == 0) return;
  add_reason(run, "io_trace_fell_behind",
             fmt::format("the run waited {} times for the file of its I/O trace", trace.stalls));
}

}  // namespace

void grade(Run& run) {
  const Observations& seen = run.observed;
  if (seen.requests.completed == 0) {
    add_reason(run, "nothing_completed", "no request completed in the measured window");
  }
  if (run.interrupted != Interruption::none) {
    add_reason(run, "interrupted",
               run.interrupted_by.empty() ? "the run was cut short"
                                          : "the run was cut short by " + run.interrupted_by);
  }
  if (run.recorder.dropped > 0) {
    add_reason(run, "recorder_fell_behind",
               fmt::format("{} rows of requests.jsonl were lost", run.recorder.dropped));
  }
  if (!run.recorder.error.empty()) {
    add_reason(run, "recorder_failed", run.recorder.error);
  }
  if (run.io_trace) grade_trace(run, *run.io_trace);
  if (run.proof.direct.has_value() && !*run.proof.direct) {
    add_reason(run, "not_direct", "the storage tier was read and written through the page cache");
  }
  grade_device(run, "read", run.proof.logical_read_bytes, run.proof.device_read);
  grade_device(run, "write", run.proof.logical_write_bytes, run.proof.device_write);
  if (seen.verification.corrupted > 0) {
    add_reason(run, "corrupted_blocks",
               fmt::format("{} of {} verified blocks were corrupted", seen.verification.corrupted,
                           seen.verification.blocks));
  }
  const TierCounters& storage = seen.tier(TierId::storage);
  if (const std::uint64_t failed = storage.read.failed() + storage.write.failed(); failed > 0) {
    add_reason(run, "storage_errors",
               fmt::format("{} blocks of the storage tier failed to be read or written", failed));
  }
}

std::optional<double> share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<double> hit_ratio(const Reuse& reuse) {
  return share(reuse.hits(), reuse.blocks_asked);
}

std::optional<double> token_hit_ratio(const Reuse& reuse) {
  return share(reuse.tokens_hit, reuse.tokens_asked);
}

std::optional<double> hit_share(const Reuse& reuse, TierId tier) {
  return share(reuse.blocks_hit.at(index_of(tier)), reuse.blocks_asked);
}

std::optional<double> achieved_queue_depth(const EngineSums& engine) {
  return share(engine.depth_ns, engine.busy_ns);
}

std::optional<double> ring_idle_ratio(const EngineSums& engine) {
  if (engine.wanting_ns == 0) return std::nullopt;
  const std::uint64_t idle = engine.wanting_ns - std::min(engine.busy_ns, engine.wanting_ns);
  return share(idle, engine.wanting_ns);
}

std::optional<double> cpu_seconds_per_gb(const Run& run) {
  const TierCounters& storage = run.observed.tier(TierId::storage);
  const std::uint64_t bytes = storage.read.bytes + storage.write.bytes;
  if (bytes == 0 || !run.cost.cpu_seconds) return std::nullopt;
  return *run.cost.cpu_seconds / (static_cast<double>(bytes) / 1e9);
}

std::optional<double> mean_ms(const stats::Histogram& nanoseconds) {
  if (nanoseconds.count() == 0) return std::nullopt;
  return nanoseconds.mean() / 1e6;
}

std::optional<double> quantile_ms(const stats::Histogram& nanoseconds, double q) {
  if (nanoseconds.empty()) return std::nullopt;
  return static_cast<double>(nanoseconds.quantile(q)) / 1e6;
}

std::optional<double> device_latency_ms(const std::optional<DeviceTraffic>& device) {
  if (!device || device->operations == 0) return std::nullopt;
  return static_cast<double>(device->time_ns) / static_cast<double>(device->operations) / 1e6;
}

std::optional<double> device_queue_depth(const std::optional<DeviceTraffic>& device,
                                         const Window& window) {
  if (!device || window.end_ns <= window.start_ns) return std::nullopt;
  return static_cast<double>(device->time_ns) /
         static_cast<double>(window.end_ns - window.start_ns);
}

std::optional<double> per_second(std::uint64_t count, const Window& window) {
  if (window.end_ns <= window.start_ns) return std::nullopt;
  return static_cast<double>(count) / window.seconds();
}

std::optional<double> ratio(std::optional<double> dividend, std::optional<double> divisor) {
  if (!dividend || !divisor || *divisor == 0) return std::nullopt;
  return *dividend / *divisor;
}

std::optional<double> bytes_per_token(const Run& run) {
  const Value* const value = find_fact(run, fact::kBytesPerToken);
  const auto* const bytes = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
  return bytes == nullptr ? std::nullopt : std::optional(static_cast<double>(*bytes));
}

const Value* find_fact(const Run& run, std::string_view name) {
  const auto it = std::ranges::find(run.environment, name, &Fact::name);
  return it == run.environment.end() ? nullptr : &it->value;
}

const Setting* find_setting(const Run& run, std::string_view name) {
  const auto it = std::ranges::find(run.settings, name, &Setting::name);
  return it == run.settings.end() ? nullptr : &*it;
}

std::string value_text(const Value& value) {
  struct Text {
    std::string operator()(std::monostate) const { return "-"; }
    std::string operator()(bool flag) const { return flag ? "yes" : "no"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::string>& items) const {
      std::string text;
      for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
      return text;
    }
  };
  return std::visit(Text{}, value);
}

}  // namespace spillway::record
