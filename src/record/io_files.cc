// SPDX-License-Identifier: Apache-2.0
#include "record/io_files.h"

#include <string_view>

#include "record/io_timeline.h"
#include "record/new_file.h"

namespace spillway::record {
namespace {

std::string lines(const std::vector<MemorySnapshot>& snapshots, std::string_view values_key) {
  std::string text;
  for (const MemorySnapshot& one : snapshots) text += memory_snapshot_json(one, values_key) + "\n";
  return text;
}

}  // namespace

void write_io_files(const std::string& directory, const std::string& device,
                    const IoSamples& samples) {
  const std::string block = block_timeline_csv(device, samples.block);
  const std::string processes = process_timeline_csv(samples.processes);
  write_new_file(directory + "/block_stat_timeline.csv", block);
  write_new_file(directory + "/iostat.csv", block);
  write_new_file(directory + "/proc_io_timeline.csv", processes);
  write_new_file(directory + "/pidstat.csv", processes);
  write_new_file(directory + "/meminfo_snapshots.jsonl", lines(samples.meminfo, "values_kib"));
  write_new_file(directory + "/vmstat_snapshots.jsonl", lines(samples.vmstat, "values"));
}

}  // namespace spillway::record
