// Run: the result of one run as a value. The hinge: measuring ends in it, reports and analysis
// begin with it, and nothing else passes between them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "record/autoscaling.h"
#include "record/beside.h"
#include "record/observations.h"

namespace spillway::record {

// Name and version of the layout of record.json. The number rises when a key changes its meaning or
// goes; new keys do not raise it.
inline constexpr std::string_view kSchema = "spillway.record/1";

// What was planned. The hash covers each user's sequence of requests, so it is equal on every
// machine, number of shards and clock; as hexadecimal text.
struct Plan {
  std::string hash;
  std::uint64_t requests = 0;  // 0: more than any run sends; the tokens are of its first part
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint64_t users = 0;
  std::string workload;  // one line for people: which trace, which part of it
};

// A setting's or the environment's value; monostate is "not known" and is written as null.
using Value =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

// Where a setting's value came from. `resolved`: computed at the start from what was asked for.
// NOLINTNEXTLINE(readability-identifier-naming): `default` is a keyword.
enum class Origin : std::uint8_t { default_, command_line, preset, file, environment, resolved };
inline constexpr std::array<std::string_view, 6> kOriginNames = {
    "default", "command_line", "preset", "file", "environment", "resolved"};
constexpr std::string_view name_of(Origin origin) {
  return kOriginNames.at(static_cast<std::size_t>(origin));
}

struct Setting {
  std::string name;  // as the flag is called, without dashes in front
  Value value;
  Origin origin = Origin::default_;
  // With `resolved`: what had been given, such as 0 for "95 % of what is free".
  Value asked = std::monostate();
  friend bool operator==(const Setting&, const Setting&) = default;
};

// A fact about the machine or the program. The names that reports know are below.
struct Fact {
  std::string name;
  Value value;
  friend bool operator==(const Fact&, const Fact&) = default;
};

// Facts that a run of the tier benchmark fills in, in the order they are written.
namespace fact {
inline constexpr std::string_view kVersion = "version";
inline constexpr std::string_view kCommit = "commit";
inline constexpr std::string_view kBuildType = "build_type";
inline constexpr std::string_view kCompiler = "compiler";
inline constexpr std::string_view kHost = "host";
inline constexpr std::string_view kCpuModel = "cpu_model";
inline constexpr std::string_view kCores = "cores";
inline constexpr std::string_view kMemoryBytes = "memory_bytes";
inline constexpr std::string_view kKernel = "kernel";
inline constexpr std::string_view kFileSystem = "file_system";
inline constexpr std::string_view kDevice = "device";
inline constexpr std::string_view kDirectIo = "direct_io";
inline constexpr std::string_view kAlignmentBytes = "alignment_bytes";
inline constexpr std::string_view kBytesPerToken = "bytes_per_token";
inline constexpr std::string_view kIoEngine = "io_engine";
inline constexpr std::string_view kIoFeatures = "io_features";
}  // namespace fact

// NOLINTNEXTLINE(readability-identifier-naming): `virtual` is a keyword.
enum class ClockKind : std::uint8_t { real, virtual_ };
constexpr std::string_view name_of(ClockKind kind) {
  return kind == ClockKind::real ? "real" : "virtual";
}

// The measured window, in nanoseconds of the run's clock. Everything in `observed` lies in it.
struct Window {
  std::int64_t start_ns = 0;
  std::int64_t end_ns = 0;  // the last request had ended: rates divide by the time that was used
  std::int64_t warm_up_ns = 0;  // before it
  ClockKind clock = ClockKind::real;

  double seconds() const { return static_cast<double>(end_ns - start_ns) / 1e9; }
};

// One direction of the block device, from its counters (/sys/block/*/stat), end less start.
struct DeviceTraffic {
  std::uint64_t operations = 0;
  std::uint64_t bytes = 0;
  std::uint64_t time_ns = 0;  // summed over operations: the "ticks" column
};

// Did the bytes really come from, and go to, the device? What could not be read is absent, and
// `reason` says why.
struct StorageProof {
  std::uint64_t logical_read_bytes = 0;       // asked of the kernel for the storage tier
  std::uint64_t logical_write_bytes = 0;      // likewise
  std::optional<bool> direct = std::nullopt;  // the files were open with O_DIRECT, checked
  std::optional<DeviceTraffic> device_read = std::nullopt;
  std::optional<DeviceTraffic> device_write = std::nullopt;
  std::optional<std::uint64_t> process_read_bytes = std::nullopt;   // read_bytes of /proc/self/io
  std::optional<std::uint64_t> process_write_bytes = std::nullopt;  // write_bytes of /proc/self/io
  std::string reason;                                               // why something above is absent
};

// What the tool itself cost, over the window.
struct Cost {
  std::optional<double> cpu_seconds = std::nullopt;   // user and system, of the process
  std::optional<double> wall_seconds = std::nullopt;  // wall-clock time, also under a virtual clock
  std::optional<std::uint64_t> peak_memory_bytes = std::nullopt;  // resident, of the process
};

// How far the record of single requests is complete.
struct Recorder {
  std::uint64_t rows = 0;
  std::uint64_t dropped = 0;  // rows that the writer was too slow for
  std::string error;          // the file could not be written
};

// `once`: the first Ctrl-C or SIGTERM, or a fatal condition: what ran was finished cleanly.
// `forced`: the second one: what ran was given up.
enum class Interruption : std::uint8_t { none, once, forced };
inline constexpr std::array<std::string_view, 3> kInterruptionNames = {"none", "once", "forced"};
constexpr std::string_view name_of(Interruption kind) {
  return kInterruptionNames.at(static_cast<std::size_t>(kind));
}

// Why a run must not decide anything: a code for programs, a sentence for people.
struct Reason {
  std::string code;
  std::string text;
  friend bool operator==(const Reason&, const Reason&) = default;
};

struct Run {
  std::string schema{kSchema};
  std::string created;  // wall-clock, UTC, ISO 8601
  Plan plan;
  Window window;
  std::vector<Setting> settings;
  std::vector<Fact> environment;
  Observations observed;                                  // of all shards
  std::optional<Autoscaling> autoscaling = std::nullopt;  // of a run that looked for its users
  StorageProof proof;
  Cost cost;
  Recorder recorder;
  std::optional<Precondition> precondition = std::nullopt;
  std::optional<TraceFile> io_trace = std::nullopt;
  std::optional<LatencyTracing> latency_tracing = std::nullopt;
  std::optional<Validation> validation = std::nullopt;
  Interruption interrupted = Interruption::none;
  std::string interrupted_by;   // "SIGINT", "disk full", ...
  std::vector<Reason> reasons;  // against decision grade; grade() adds those that figures show
  std::vector<std::string> warnings;

  bool decision_grade() const { return reasons.empty(); }
};

// Adds to `reasons` what the run's own figures show: rows dropped, the run cut short,
// an I/O trace that failed or that the run waited for, no request
// completed, reads or writes that did not go to the device (fewer bytes than 98 % of the logical
// ones, or not direct), corrupted blocks. Call it once, last.
void grade(Run& run);

// Derived figures; absent where there is nothing to divide by. One formula each, used by the JSON
// and by the reports; docs/metrics.md tells them to people.
std::optional<double> hit_ratio(const Reuse& reuse);                   // of blocks
std::optional<double> token_hit_ratio(const Reuse& reuse);             // of tokens
std::optional<double> hit_share(const Reuse& reuse, TierId tier);      // of blocks asked
std::optional<double> achieved_queue_depth(const EngineSums& engine);  // while busy
std::optional<double> ring_idle_ratio(const EngineSums& engine);       // of time wanting
std::optional<double> cpu_seconds_per_gb(const Run& run);              // of storage I/O
std::optional<double> mean_ms(const stats::Histogram& nanoseconds);
std::optional<double> quantile_ms(const stats::Histogram& nanoseconds, double q);
std::optional<double> device_latency_ms(const std::optional<DeviceTraffic>& device);
std::optional<double> device_queue_depth(const std::optional<DeviceTraffic>& device,
                                         const Window& window);
// `count` per second of the window.
std::optional<double> per_second(std::uint64_t count, const Window& window);
// `part` of `whole`.
std::optional<double> share(std::uint64_t part, std::uint64_t whole);
std::optional<double> ratio(std::optional<double> dividend, std::optional<double> divisor);

// What the KV of a token takes, on all ranks; nothing in a record so old that it does not say.
std::optional<double> bytes_per_token(const Run& run);
// The value of a fact or setting, or null.
const Value* find_fact(const Run& run, std::string_view name);
const Setting* find_setting(const Run& run, std::string_view name);
// The value as people read it: "yes", "3", "a, b"; "-" for what is not known.
std::string value_text(const Value& value);

}  // namespace spillway::record
