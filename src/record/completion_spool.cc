// SPDX-License-Identifier: Apache-2.0
#include "record/completion_spool.h"

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/error.h"

namespace spillway::record {
namespace {

// Writer and reader have the same members, so that one list of fields serves both.
class Writer {
 public:
  explicit Writer(std::string& to) : to_(to) {}

  template <typename Value>
  void plain(const Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    const std::size_t end = to_.size();
    to_.resize(end + sizeof value);
    std::memcpy(to_.data() + end, &value, sizeof value);
  }
  void text(const std::string& value) {
    plain(static_cast<std::uint32_t>(value.size()));
    to_ += value;
  }
  void times(const std::vector<Time>& values) {
    plain(static_cast<std::uint32_t>(values.size()));
    to_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Time));
  }
  void pairs(const std::vector<std::pair<std::string, std::string>>& values) {
    plain(static_cast<std::uint32_t>(values.size()));
    for (const auto& [name, value] : values) {
      text(name);
      text(value);
    }
  }

 private:
  std::string& to_;
};

class Reader {
 public:
  explicit Reader(std::string_view& from) : from_(from) {}

  template <typename Value>
  void plain(Value& value) {
    static_assert(std::is_trivially_copyable_v<Value>);
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
  }
  void text(std::string& value) { value = take(count()); }
  void times(std::vector<Time>& values) {
    values.resize(count());
    const std::string_view bytes = take(values.size() * sizeof(Time));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  }
  void pairs(std::vector<std::pair<std::string, std::string>>& values) {
    values.resize(count());
    for (auto& [name, value] : values) {
      text(name);
      text(value);
    }
  }

 private:
  std::size_t count() {
    std::uint32_t size = 0;
    plain(size);
    return size;
  }
  std::string_view take(std::size_t size) {
    if (from_.size() < size) throw Error("read a spooled row: it is cut short");
    const std::string_view taken = from_.substr(0, size);
    from_.remove_prefix(size);
    return taken;
  }

  std::string_view& from_;
};

template <typename Coder, typename Row>
void code(Coder& coder, Row& row) {
  coder.plain(row.prompt);
  coder.plain(row.call);
  coder.plain(row.identity_sha256);
  coder.plain(row.payload_sha256);
  coder.plain(row.index);
  coder.plain(row.worker);
  coder.plain(row.start);
  coder.plain(row.due);
  coder.plain(row.sent);
  coder.plain(row.connected);
  coder.plain(row.head);
  coder.plain(row.first_body);
  coder.plain(row.first_event);
  coder.times(row.contents);
  coder.times(row.textless);
  coder.plain(row.done);
  coder.plain(row.fault);
  coder.text(row.error);
  coder.plain(row.status);
  coder.text(row.stream_error);
  coder.text(row.first_event_type);
  coder.text(row.request_id);
  coder.text(row.response_id);
  coder.pairs(row.header_hints);
  coder.text(row.finish_reason);
  coder.plain(row.prompt_tokens);
  coder.plain(row.completion_tokens);
  coder.plain(row.cached_tokens);
  coder.text(row.text);
}

}  // namespace

void add_row(const CompletionRow& row, std::string& to) {
  Writer writer(to);
  code(writer, row);
}

CompletionRow take_row(std::string_view& from) {
  CompletionRow row;
  Reader reader(from);
  code(reader, row);
  return row;
}

}  // namespace spillway::record
