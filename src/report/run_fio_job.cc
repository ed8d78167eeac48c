// SPDX-License-Identifier: Apache-2.0
#include "report/run_fio_job.h"

#include <algorithm>
#include <string_view>

#include "report/fio_job.h"

namespace spillway::report {
namespace {

constexpr Bytes kSmallestFile = Bytes(1U << 30U);  // a job needs some room to move in

bool counted(const record::DeviceLatency& traced, std::string_view name) {
  const auto found = traced.find(name);
  return found != traced.end() && found->second.histogram.total() > 0;
}

std::string directory_of(const record::Run& run) {
  const record::Setting* const directory = record::find_setting(run, "cache-dir");
  if (directory == nullptr) return "/tmp";
  const auto* const path = std::get_if<std::string>(&directory->value);
  return path == nullptr || path->empty() ? "/tmp" : *path;
}

}  // namespace

std::string run_fio_job(const record::Run& run) {
  if (!run.latency_tracing) return "";
  const record::DeviceLatency& traced = run.latency_tracing->histograms;
  if (!counted(traced, "bssplit_read_kb") && !counted(traced, "bssplit_write_kb")) return "";
  const Bytes held(run.observed.tier(TierId::storage).peak_bytes);
  return fio_job(traced, {.source = "a run of spillway bench (" + run.plan.workload + ")",
                          .created = run.created,
                          .file = directory_of(run) + "/fio-kv-cache",
                          .size = std::max(held, kSmallestFile)});
}

}  // namespace spillway::report
