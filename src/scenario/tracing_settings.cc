// SPDX-License-Identifier: Apache-2.0
#include "scenario/tracing_settings.h"

#include <vector>

namespace spillway::scenario {
namespace {

constexpr std::string_view kTracing = "Tracing";

const std::vector<Setting>& table() {
  static const std::vector<Setting> rows = {
      {.name = "io-trace-log",
       .kind = Kind::path,
       .initial = "",
       .group = kTracing,
       .help = "CSV file with a row for each block read or written, .zst compressed; simulates "
               "without I/O unless --clock real is given"},
      {.name = "io-trace-extra",
       .kind = Kind::flag,
       .initial = "off",
       .group = kTracing,
       .help = "columns with the request and the user, and rows of deletions, in that file"},
      {.name = "enable-latency-tracing",
       .kind = Kind::flag,
       .initial = "off",
       .group = kTracing,
       .help = "histograms of what the kernel does for the run, and a fio job made of them; needs "
               "bpftrace and root, and goes on without"},
      {.name = "validation-trace",
       .kind = Kind::path,
       .initial = "",
       .group = kTracing,
       .help = "JSON list of recorded requests whose hit ratio the run's should meet within 5 %"},
  };
  return rows;
}

bool has_default_clock(const Settings& settings) {
  return settings.is_set("io-trace-log") && !settings.was_given("clock");
}

}  // namespace

std::span<const Setting> tracing_settings() { return table(); }

void set_tracing_defaults(Settings& settings) {
  if (has_default_clock(settings)) settings.set("clock", "virtual", record::Origin::default_);
}

void refuse_tracing_without_effect(const Settings& settings) {
  if (has_default_clock(settings)) {
    settings.refuse_given({"io-engine", "io-depth", "io-piece", "io-in-flight", "buffered",
                           "verify", "storage-layout", "enable-latency-tracing"},
                          "beside --io-trace-log without --clock real, which moves no bytes");
  }
  if (!settings.is_set("io-trace-log")) {
    settings.refuse_given({"io-trace-extra"}, "without --io-trace-log");
  }
  const bool modelled =
      settings.text("clock") == "virtual" || settings.text("storage-layout") == "modelled";
  if (modelled && settings.flag("enable-latency-tracing")) {
    settings.refuse_given({"enable-latency-tracing"}, "with modelled storage: no device is used");
  }
}

TracingConfig read_tracing(const Settings& settings) {
  return {.io_trace = settings.text("io-trace-log"),
          .extra = settings.flag("io-trace-extra"),
          .latency = settings.flag("enable-latency-tracing"),
          .validation = settings.text("validation-trace"),
          .without_io = has_default_clock(settings)};
}

}  // namespace spillway::scenario
