// What can be set about tracing a run, and about comparing it with a trace.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "scenario/settings.h"

namespace spillway::scenario {

struct TracingConfig {
  std::string io_trace;     // the file; empty: none
  bool extra = false;       // causes, and rows of removals
  bool latency = false;     // bpftrace beside the run
  std::string validation;   // the file of recorded requests; empty: none
  bool without_io = false;  // the I/O trace alone was asked for, so nothing is moved
};

// The rows of the table of settings; bench_settings() contains them.
std::span<const Setting> tracing_settings();

// An I/O trace is made in virtual time unless the clock was named: the MLPerf KV-cache benchmark
// does no I/O either when it makes one.
void set_tracing_defaults(Settings& settings);

// Throws Error for a setting that was given and would do nothing.
void refuse_tracing_without_effect(const Settings& settings);

TracingConfig read_tracing(const Settings& settings);

}  // namespace spillway::scenario
