// SPDX-License-Identifier: Apache-2.0
#include "report/watch_text.h"

#include <fmt/format.h>

#include <optional>

#include "analysis/server_delta.h"
#include "core/version.h"
#include "record/worker_io_json.h"
#include "report/churn_json.h"
#include "report/server_delta_json.h"
#include "text/json_writer.h"

namespace spillway::report {
namespace {

using analysis::WatchRun;
using analysis::WatchWindow;
using text::JsonWriter;

double seconds_of(const WatchWindow& window) {
  return std::chrono::duration<double>(window.after.taken - window.before.taken).count();
}

// Values of one reading beside those of the other, by the kernel's names.
void put_memory(JsonWriter& json, const char* name, const record::MemorySnapshot& before,
                const record::MemorySnapshot& after) {
  json.key(name).begin_object();
  for (const auto& [key, value] : after.values) {
    const auto earlier = before.values.find(key);
    if (earlier == before.values.end()) continue;
    json.key(key).begin_object();
    json.key("before").value(earlier->second).key("after").value(value);
    json.end_object();
  }
  json.end_object();
}

void put_window(JsonWriter& json, const WatchWindow& window) {
  json.begin_object();
  json.key("label").value(window.label);
  json.key("start_ts").value(utc_text(window.before.taken));
  json.key("end_ts").value(utc_text(window.after.taken));
  json.key("duration_s").value(seconds_of(window));
  json.key("io_delta");
  record::write_block_delta(json, record::block_io_delta(window.before.block, window.after.block));
  json.key("worker_process_io_delta");
  record::write_worker_delta(json,
                             record::worker_io_delta(window.before.worker, window.after.worker));
  put_memory(json, "meminfo_kib", window.before.memory, window.after.memory);
  put_memory(json, "vmstat", window.before.paging, window.after.paging);
  json.key("cache_directory");
  write_churn(json, window.cache_directory);
  json.key("server_metrics");
  write_server_delta(json, analysis::server_delta(window.before.server, window.after.server));
  json.end_object();
}

std::string number_or_dash(const std::optional<std::uint64_t>& number) {
  return number ? std::to_string(*number) : "-";
}

}  // namespace

std::string watch_json(const WatchRun& run) {
  JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  json.key("schema").value("spillway.watch/1");
  json.key("created").value(utc_text(run.created)).key("ended").value(utc_text(run.ended));
  json.key("command").values(run.command);
  json.key("ending").value(run.ending);
  json.key("command_io");
  if (run.command_io) {
    json.begin_object();
    json.key("read_bytes").value(run.command_io->read_bytes);
    json.key("write_bytes").value(run.command_io->write_bytes);
    json.end_object();
  } else {
    json.null();
  }
  json.key("block_device").value(run.block_device);
  json.key("worker_process_pattern").value(run.worker_pattern);
  json.key("cache_directory").value(run.cache_directory);
  json.key("server_metrics_url").value(run.server_metrics_url);
  json.key("windows").begin_array();
  for (const WatchWindow& window : run.windows) put_window(json, window);
  json.end_array();
  json.key("cadence");
  if (run.cadence) {
    json.raw(record::sample_cadence_json(*run.cadence));
  } else {
    json.null();
  }
  json.key("warnings").values(run.warnings);
  json.key("spillway").begin_object();
  json.key("version").value(version_text());
  json.end_object();
  json.end_object();
  return json.text() + "\n";
}

std::string watch_text(const WatchRun& run) {
  const std::string command = fmt::to_string(fmt::join(run.command, " "));
  std::string text =
      fmt::format("# Watched: {}\n\n", command.empty() ? "from start to stop" : command);
  text +=
      fmt::format("- From {} to {}: {}\n", utc_text(run.created), utc_text(run.ended), run.ending);
  if (run.command_io) {
    text += fmt::format("- The command read {} and wrote {} bytes of storage\n",
                        run.command_io->read_bytes, run.command_io->write_bytes);
  }
  if (run.cadence && run.cadence->median_gap) {
    text += fmt::format("- Sampled every {} s; kept {:.3f} s at the median, {:.3f} s at worst\n",
                        to_seconds(run.cadence->intended), to_seconds(*run.cadence->median_gap),
                        to_seconds(run.cadence->largest_gap.value_or(Duration::zero())));
  }
  for (const std::string& warning : run.warnings) text += fmt::format("- Warning: {}\n", warning);
  text += fmt::format(
      "\n| window | s | {0} read bytes | {0} written bytes | processes read | processes written |\n"
      "|---|--:|--:|--:|--:|--:|\n",
      run.block_device.empty() ? "device" : run.block_device);
  for (const WatchWindow& window : run.windows) {
    const auto block = record::block_io_delta(window.before.block, window.after.block);
    const auto worker = record::worker_io_delta(window.before.worker, window.after.worker);
    text += fmt::format("| {} | {:.1f} | {} | {} | {} | {} |\n", window.label, seconds_of(window),
                        number_or_dash(block ? std::optional(block->read_bytes) : std::nullopt),
                        number_or_dash(block ? std::optional(block->write_bytes) : std::nullopt),
                        number_or_dash(worker.read_bytes), number_or_dash(worker.write_bytes));
  }
  return text;
}

}  // namespace spillway::report
