// Watch: the collectors of `spillway drive` around a workload that is not ours.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/watch_run.h"
#include "core/time.h"
#include "record/io_files.h"
#include "scenario/settings.h"

namespace spillway::scenario {

// Those of drive's settings that are about collectors, and `run-dir`.
std::span<const Setting> watch_settings();

struct WatchConfig {
  std::string run_dir;  // made; it must not exist
  std::string block_device;
  std::string process_pattern;  // empty: no processes are looked for
  std::string cache_dir;        // empty: no directory
  std::string nvme_device;
  std::string container;
  std::vector<std::string> service_logs;
  std::string server_metrics_url;  // empty: none
  Duration page_timeout{};
  Duration interval{};
  bool tools = false;
  std::string iostat_device;
  std::string pid;  // of pidstat
  bool io_attribution = false;
  Duration io_interval{};
  std::size_t top_processes = 0;
};
// The device that nobody gave is that of the cache directory, else of the current one. Throws Error
// for contradictions.
WatchConfig watch_config(const Settings& settings);

// Everything on one thread, but for what samples. What fails is a warning.
class Watch {
 public:
  // Makes the run's directory and begins. Throws Error when it cannot be made, and for a pattern
  // that is none.
  explicit Watch(WatchConfig config);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Around a child of this process, the second once it has been waited for: its bytes are ours
  // then.
  void command_begins();
  void command_ended();
  // Ends the window and begins another; a label that was there before gets a number.
  void snapshot(const std::string& label);
  // Ends the last window and all samplers. Once only.
  void finish(const std::string& label);

  analysis::WatchRun& run();
  const std::string& directory() const;
  // What --io-attrib has seen; after finish().
  const record::IoSamples& io_samples() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::scenario
