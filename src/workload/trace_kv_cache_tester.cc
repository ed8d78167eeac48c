// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_kv_cache_tester.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "text/json_reader.h"
#include "text/json_walker.h"

namespace spillway::workload {
namespace {

constexpr EntryFormat kEntry{.name = "kv-cache-tester",
                             .block_tokens = Tokens(64),
                             .tail = kv::Tail::dropped,
                             .unit = TimeUnit::seconds,
                             .at_key = "t",
                             .input_key = "in",
                             .output_key = "out",
                             .ids_key = "hash_ids",
                             .think_key = "think_time"};
constexpr int kDeepest = 8;  // sub-sessions inside of one another; the recorded ones have one level

bool recognises(std::string_view head) {
  return head.find("\"hash_id_scope\"") != std::string_view::npos ||
         head.find("\"block_size\"") != std::string_view::npos ||
         head.find("\"requests\"") != std::string_view::npos;
}

// Reads one conversation. Only the entry at hand is in memory.
class Conversation {
 public:
  Conversation(const std::string& path, const EntrySink& sink)
      : walker_(path, kLongestEntry), parser_(kEntry), sink_(sink) {}

  // Returns the conversation's id.
  std::string read() {
    walker_.begin_object();
    while (const auto key = walker_.next_key()) {
      note(*key);
      if (*key == "requests") {
        read_list(Duration(0), 0);
        if (!wanted_) return id_;
      } else {
        read_header(*key);
      }
    }
    walker_.end_document();
    check_complete();
    return id_;
  }

 private:
  void note(const std::string& key) {
    const auto it = std::ranges::find(kRequired, key);
    if (it == kRequired.end()) return;
    bool& seen = seen_.at(static_cast<std::size_t>(it - kRequired.begin()));
    if (seen) walker_.fail_at(walker_.offset(), fmt::format("expected the key \"{}\" once", key));
    seen = true;
  }

  void check_complete() {
    for (std::size_t i = 0; i < kRequired.size(); ++i) {
      if (!seen_.at(i)) {
        walker_.fail_at(walker_.offset(),
                        fmt::format("expected the key \"{}\", found none", kRequired.at(i)));
      }
    }
    if (requests_ == 0) walker_.fail_at(walker_.offset(), "expected at least one request");
  }

  void read_header(const std::string& key) {
    with_place(walker_.offset(), [&] {
      const text::JsonValue value = text::parse_json(walker_.value(), key);
      if (key == "id") id_ = value.as_string();
      if (key == "block_size" && value.as_positive() != kEntry.block_tokens.count()) {
        value.fail(fmt::format("{} tokens a block", kEntry.block_tokens.count()));
      }
      if (key == "hash_id_scope" && value.as_string() != "local") value.fail("\"local\"");
    });
  }

  // Runs what throws an Error that does not say where in the file, and adds that.
  template <typename Work>
  void with_place(std::uint64_t offset, Work work) {
    try {
      work();
    } catch (const Error& error) {
      walker_.fail_at(offset, fmt::format("request {}: {}", requests_, error.what()));
    }
  }

  void read_list(Duration origin, int depth) {
    walker_.begin_array();
    while (wanted_ && walker_.next_element()) read_entry(origin, depth);
  }

  // A request, or a sub-session; which of them shows when a key is "requests".
  void read_entry(Duration origin, int depth) {
    const std::uint64_t offset = walker_.offset();
    bool session = false;
    walker_.hold();
    walker_.begin_object();
    while (const auto key = walker_.next_key()) {
      if (*key == "requests") {
        if (session) walker_.fail_at(offset, "expected the key \"requests\" once");
        session = true;
        read_session(origin, offset, depth);
        if (!wanted_) return;
      } else if (session) {
        with_place(walker_.offset(), [&] { text::parse_json(walker_.value(), *key); });
      } else {
        walker_.value();
      }
    }
    if (!session) take_request(origin, offset);
  }

  // What is held is the sub-session up to its list, which becomes a document of its own with an
  // empty list: so its other keys are read and checked like any document.
  void read_session(Duration origin, std::uint64_t offset, int depth) {
    if (depth == kDeepest) {
      walker_.fail_at(offset, fmt::format("expected at most {} levels of sub-sessions", kDeepest));
    }
    const std::string head = std::string(walker_.held()) + "[]}";
    walker_.release();
    Duration start{};
    with_place(offset, [&] {
      const text::JsonValue session = text::parse_json(head, "sub-session");
      if (session.at("type").as_string() != "subagent") session.at("type").fail("\"subagent\"");
      start = start_of(session);
    });
    read_list(origin + start, depth + 1);
  }

  static Duration start_of(const text::JsonValue& session) {
    const text::JsonValue& at = session.at(kEntry.at_key);
    const double seconds = at.as_double();
    if (seconds >= 0 && seconds <= to_seconds(kLongestTime)) return from_seconds(seconds);
    at.fail(fmt::format("seconds, 0 to {:.0f}", to_seconds(kLongestTime)));
  }

  void take_request(Duration origin, std::uint64_t offset) {
    const std::string_view text = walker_.held();
    ++requests_;
    with_place(offset, [&] {
      Entry& entry = parser_.parse(text);
      entry.at = latest_ = std::max(latest_, origin + entry.at);
      wanted_ = sink_(entry, {.offset = offset, .length = text.size()});
    });
    walker_.release();
  }

  static constexpr std::array<std::string_view, 4> kRequired = {"id", "block_size", "hash_id_scope",
                                                                "requests"};
  text::JsonWalker walker_;
  EntryParser parser_;
  const EntrySink& sink_;
  std::array<bool, kRequired.size()> seen_{};
  std::string id_;
  std::uint64_t requests_ = 0;
  Duration latest_{};
  bool wanted_ = true;  // the sink takes more
};

std::string scan(const std::string& path, const EntrySink& sink) {
  return Conversation(path, sink).read();
}

}  // namespace

TraceFormat kv_cache_tester_format() {
  return {.entry = &kEntry, .file_is_conversation = true, .recognises = recognises, .scan = scan};
}

}  // namespace spillway::workload
