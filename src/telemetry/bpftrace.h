// Runs bpftrace beside a run, to measure its I/O where the kernel dispatches it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.h"
#include "core/unique_fd.h"
#include "record/device_latency.h"

namespace spillway::telemetry {

struct BpftraceOptions {
  pid_t process = 0;         // whose calls are measured
  std::uint64_t device = 0;  // kernel_device_number() of what holds its files
  std::string search_path;   // directories with a colon between them, as in PATH
  bool root = false;         // whether this process may trace; sudo is never called
  Duration attach_limit = std::chrono::seconds(5);  // it compiles the script first
  Duration end_limit = std::chrono::seconds(10);    // from the interrupt on; then it is killed
};

// Why there are no histograms, or the histograms.
struct BpftraceResult {
  record::DeviceLatency histograms;
  std::string reason;
};

// A bpftrace in a process group of its own, so that Ctrl-C in a terminal does not end it before the
// run. Whatever is missing or fails becomes a reason, never an exception: a run goes on without it.
// Owned by one thread.
class Bpftrace {
 public:
  // Starts it and waits until all its probes are there.
  explicit Bpftrace(const BpftraceOptions& options);
  ~Bpftrace();  // kills it when finish() was not called
  Bpftrace(const Bpftrace&) = delete;
  Bpftrace& operator=(const Bpftrace&) = delete;

  bool attached() const { return reason_.empty(); }
  // Why it does not measure; empty when it does.
  const std::string& reason() const { return reason_; }

  // Interrupts it and reads what it has counted. The last call.
  BpftraceResult finish();

 private:
  enum class Ended : bool { no, yes };

  void start(const std::string& program);
  void wait_until_attached();
  Ended wait_for_end(Duration limit);
  void give_up(std::string reason);
  void kill_group(int signal) const;
  std::string failure(std::string_view what) const;

  BpftraceOptions options_;
  UniqueFd out_;  // files in memory that it writes to: no reader has to keep up with it
  UniqueFd err_;
  pid_t child_ = 0;  // 0: not running
  UniqueFd watch_;   // readable once the child has ended
  int status_ = 0;   // how it ended, as waitpid() tells it
  std::string reason_;
};

}  // namespace spillway::telemetry
