// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_mooncake.h"

#include <fmt/core.h>

#include <optional>

#include "core/error.h"
#include "text/line_reader.h"

namespace spillway::workload {
namespace {

constexpr EntryFormat kEntry{.name = "mooncake",
                             .block_tokens = Tokens(512),
                             .tail = kv::Tail::keyed,
                             .unit = TimeUnit::milliseconds,
                             .at_key = "timestamp",
                             .input_key = "input_length",
                             .output_key = "output_length",
                             .ids_key = "hash_ids",
                             .think_key = ""};

bool recognises(std::string_view head) {
  return head.find("\"timestamp\"") != std::string_view::npos ||
         head.find("\"input_length\"") != std::string_view::npos;
}

bool blank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

// Turns timestamps into times since the first one.
class Origin {
 public:
  Duration since(Duration timestamp) {
    if (!first_) first_ = latest_ = timestamp;
    if (timestamp < latest_) {
      throw Error(fmt::format("timestamp: expected {} or later, found {}", to_ms(latest_),
                              to_ms(timestamp)));
    }
    latest_ = timestamp;
    return timestamp - *first_;
  }

 private:
  static long to_ms(Duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  }

  std::optional<Duration> first_;
  Duration latest_{};
};

std::string scan(const std::string& path, const EntrySink& sink) {
  text::LineReader lines(path, kLongestEntry);
  EntryParser parser(kEntry);
  Origin origin;
  while (const auto line = lines.next()) {
    if (blank(line->text)) continue;
    try {
      Entry& entry = parser.parse(line->text);
      entry.at = origin.since(entry.at);
      if (!sink(entry, {.offset = line->offset, .length = line->text.size()})) break;
    } catch (const Error& error) {
      throw Error(fmt::format("{}:{}: {}", path, line->number, error.what()));
    }
  }
  return "";  // a Mooncake trace has no name of its own
}

}  // namespace

TraceFormat mooncake_format() {
  return {.entry = &kEntry, .file_is_conversation = false, .recognises = recognises, .scan = scan};
}

}  // namespace spillway::workload
