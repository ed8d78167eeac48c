// SPDX-License-Identifier: Apache-2.0
#include "workload/requests_jsonl.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "text/json_reader.h"
#include "text/json_writer.h"
#include "text/line_reader.h"
#include "workload/content_id.h"
#include "workload/entry_parser.h"
#include "workload/numbering.h"

namespace spillway::workload {
namespace {

using text::JsonValue;

constexpr Bytes kLongestLine(1U << 20U);
constexpr std::uint64_t kMostTurns = std::numeric_limits<std::uint32_t>::max();
constexpr std::array<std::string_view, 10> kKeys = {
    "id",  "user",  "conversation", "turn", "context_tokens", "generate_tokens",
    "qos", "phase", "key",          "due_s"};

bool blank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

void refuse_unknown_keys(const JsonValue& line) {
  for (const auto& [key, value] : line.members()) {
    if (std::ranges::find(kKeys, key) != kKeys.end()) continue;
    throw Error(fmt::format("{}: expected no keys but {}, found \"{}\"", line.place(),
                            fmt::join(kKeys, ", "), key));
  }
}

std::uint32_t whole_number(const JsonValue& value, std::uint64_t least, std::uint64_t most) {
  const bool whole = value.type() == JsonValue::Type::uint64;
  if (whole && value.as_uint() >= least && value.as_uint() <= most) {
    return static_cast<std::uint32_t>(value.as_uint());
  }
  value.fail(fmt::format("a whole number of {} to {}", least, most));
}

std::string name_in(const JsonValue& value) {
  if (value.type() == JsonValue::Type::uint64) return std::to_string(value.as_uint());
  if (!value.is_string()) value.fail("a text or a whole number");
  return value.as_string();
}

std::uint64_t key_in(const JsonValue& value) {
  if (value.is_string()) return content_key(value.as_string());
  if (value.type() == JsonValue::Type::uint64 && value.as_uint() > 0) return value.as_uint();
  value.fail("a text or a whole number above zero");
}

Duration time_in(const JsonValue& value) {
  const double seconds = value.is_number() ? value.as_double() : -1;
  if (seconds >= 0 && seconds <= to_seconds(kLongestTime)) return from_seconds(seconds);
  value.fail(fmt::format("seconds, 0 to {:.0f}", to_seconds(kLongestTime)));
}

Qos qos_in(const JsonValue& value) {
  const auto qos = value.is_string() ? find_qos(value.as_string()) : std::nullopt;
  if (!qos) value.fail("\"interactive\", \"responsive\" or \"batch\"");
  return *qos;
}

RequestPhase phase_in(const JsonValue& value) {
  const auto phase = value.is_string() ? find_request_phase(value.as_string()) : std::nullopt;
  if (!phase) value.fail("\"both\", \"prefill\" or \"decode\"");
  return *phase;
}

// Gives every request its user, conversation and turn.
class Places {
 public:
  void set(ListedRequest& request, const JsonValue& line, std::uint64_t number) {
    if (const JsonValue* conversation = line.find("conversation")) {
      set_conversation(request, line, name_in(*conversation));
      return;
    }
    if (const JsonValue* turn = line.find("turn")) turn->fail("a conversation with the turn");
    request.user = user_of(line, fmt::format("line {}", number));
  }

  std::uint32_t users() const { return users_.size(); }
  std::uint32_t conversations() const { return names_.size(); }

 private:
  struct Conversation {
    std::uint32_t user = 0;
    std::uint32_t last_turn = 0;
  };

  // `otherwise` is what a user that is not named goes by; it is never like a name.
  std::uint32_t user_of(const JsonValue& line, const std::string& otherwise) {
    const JsonValue* user = line.find("user");
    return users_.number_of(user == nullptr ? otherwise : "user " + name_in(*user));
  }

  void set_conversation(ListedRequest& request, const JsonValue& line, const std::string& name) {
    const std::uint32_t index = names_.number_of(name);
    if (index == conversations_.size()) {
      conversations_.push_back({.user = user_of(line, "conversation " + name)});
    }
    Conversation& conversation = conversations_[index];
    const JsonValue* user = line.find("user");
    if (user != nullptr && user_of(line, "") != conversation.user) {
      user->fail("the user of the conversation's first request");
    }
    request.user = conversation.user;
    request.conversation = index + 1;
    request.turn = conversation.last_turn = next_turn(line, conversation.last_turn);
  }

  static std::uint32_t next_turn(const JsonValue& line, std::uint32_t last) {
    if (const JsonValue* turn = line.find("turn")) {
      if (last == kMostTurns) turn->fail("no turn after the highest");
      return whole_number(*turn, last + 1, kMostTurns);
    }
    if (last == kMostTurns) line.fail("no turn after the highest");
    return last + 1;
  }

  Numbering<std::string> users_;
  Numbering<std::string> names_;
  std::vector<Conversation> conversations_;
};

class RequestsReader {
 public:
  explicit RequestsReader(const std::string& path) : path_(path), lines_(path, kLongestLine) {
    list_.format = "requests";
  }

  RequestList read(std::optional<std::uint64_t> most) {
    while (!most || list_.requests.size() < *most) {
      const auto line = lines_.next();
      if (!line) break;
      if (!blank(line->text)) read_line(*line);
    }
    if (list_.requests.empty()) {
      throw Error(fmt::format("{}:1: expected a request a line, found an empty file", path_));
    }
    list_.users = places_.users();
    list_.conversations = places_.conversations();
    return std::move(list_);
  }

 private:
  void read_line(const text::Line& line) {
    const JsonValue object = parse(line);
    refuse_unknown_keys(object);
    ListedRequest request{.context = whole_number(object.at("context_tokens"), 1, kMostTokens),
                          .generate = whole_number(object.at("generate_tokens"), 0, kMostTokens)};
    if (const JsonValue* id = object.find("id")) name_in(*id);
    if (const JsonValue* qos = object.find("qos")) request.qos = qos_in(*qos);
    if (const JsonValue* phase = object.find("phase")) request.phase = phase_in(*phase);
    if (const JsonValue* key = object.find("key")) request.key = key_in(*key);
    set_due(request, object);
    places_.set(request, object, line.number);
    list_.requests.push_back(request);
  }

  JsonValue parse(const text::Line& line) const {
    return text::parse_json(line.text, fmt::format("{}:{}", path_, line.number));
  }

  void set_due(ListedRequest& request, const JsonValue& line) {
    const JsonValue* due = line.find("due_s");
    if (list_.requests.empty()) list_.timed = due != nullptr;
    if (due != nullptr && !list_.timed) due->fail("no due_s, as on the lines before");
    if (due == nullptr && list_.timed) line.fail("due_s, as on the lines before");
    if (due != nullptr) request.due = time_in(*due);
  }

  std::string path_;
  text::LineReader lines_;
  RequestList list_;
  Places places_;
};

}  // namespace

RequestList read_requests_jsonl(const std::string& path, std::optional<std::uint64_t> most) {
  check(!most || *most > 0, "at least one request is asked for");
  return RequestsReader(path).read(most);
}

std::string_view RequestsWriter::line(const ListedRequest& request) {
  text::JsonWriter json;
  json.begin_object();
  json.key("user").value(request.user);
  if (request.conversation > 0) {
    json.key("conversation").value(request.conversation);
    json.key("turn").value(request.turn);
  }
  json.key("context_tokens").value(request.context);
  json.key("generate_tokens").value(request.generate);
  if (request.qos) json.key("qos").value(name_of(*request.qos));
  if (request.phase) json.key("phase").value(name_of(*request.phase));
  if (request.key > 0) json.key("key").value(request.key);
  if (timed_) json.key("due_s").value(to_seconds(request.due));
  json.end_object();
  line_ = json.text() + '\n';
  return line_;
}

}  // namespace spillway::workload
