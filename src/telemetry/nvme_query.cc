// SPDX-License-Identifier: Apache-2.0
#include "telemetry/nvme_query.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/utc_time.h"
#include "text/loose_json.h"

namespace spillway::telemetry {
namespace {

using record::CapturedPayload;
using record::NvmeAttempt;
using record::NvmeQuery;

struct Spelling {
  std::string_view format;
  std::vector<std::string> flags;
};

const std::array<Spelling, 4>& spellings() {
  static const std::array<Spelling, 4> known = {{
      {.format = "json", .flags = {"--output-format=json"}},
      {.format = "json", .flags = {"-o", "json"}},
      {.format = "normal", .flags = {"--output-format=normal"}},
      {.format = "normal", .flags = {}},
  }};
  return known;
}

std::vector<std::string> candidates(const std::string& device) {
  const std::optional<std::string> controller = record::nvme_controller_name(device);
  if (controller && device == "/dev/" + *controller) return {device, device + "n1"};
  return {device};
}

std::optional<text::JsonValue> json_in(const std::string& text) {
  try {
    text::JsonValue value = text::parse_json(text, "nvme");
    if (value.is_object() || value.is_array()) return value;
  } catch (const Error&) {
    return std::nullopt;  // it answered in another format, and the next spelling is tried
  }
  return std::nullopt;
}

bool mentions_refusal(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text.find("permission denied") != std::string::npos;
}

bool is_answer(const CapturedPayload& payload) {
  if (const auto* const json = std::get_if<text::JsonValue>(&payload)) {
    return text::loose_text(text::member(json, "error")).empty();
  }
  const auto* const text = std::get_if<std::string>(&payload);
  return text != nullptr && !mentions_refusal(*text);
}

// The payload of an answer in this format; nothing when there is none.
CapturedPayload payload_of(const CommandAnswer& answer, std::string_view format) {
  if (format == "json") {
    std::optional<text::JsonValue> json = json_in(answer.out);
    if (json) return *std::move(json);
    return {};
  }
  if (answer.success) return answer.out;
  return {};
}

NvmeAttempt attempt_of(const std::vector<std::string>& command, const Spelling& spelling,
                       const std::string& device, const CommandAnswer& answer) {
  NvmeAttempt attempt;
  attempt.command = command;
  attempt.format = spelling.format;
  attempt.device = device;
  attempt.return_code = answer.return_code;
  attempt.error = answer.error;
  return attempt;
}

}  // namespace

NvmeQuery query_nvme(const RunCommand& run, const std::string& subcommand,
                     const std::string& device) {
  NvmeQuery query;
  query.taken = utc_now();
  query.device = device;
  query.subcommand = subcommand;
  for (const std::string& candidate : candidates(device)) {
    for (const Spelling& spelling : spellings()) {
      std::vector<std::string> command = {"nvme", subcommand, candidate};
      command.insert(command.end(), spelling.flags.begin(), spelling.flags.end());
      const CommandAnswer answer = run(command);
      query.payload = payload_of(answer, spelling.format);
      NvmeAttempt& attempt =
          query.attempts.emplace_back(attempt_of(command, spelling, candidate, answer));
      if (!std::holds_alternative<std::monostate>(query.payload)) {
        attempt.success = true;
        attempt.error.clear();
        query.complaints = answer.err;
        query.payload_ok = is_answer(query.payload);
        return query;
      }
      if (answer.success) attempt.error = "the answer is not JSON";
      if (answer.error == kCommandNotFound) return query;
    }
  }
  return query;
}

}  // namespace spillway::telemetry
