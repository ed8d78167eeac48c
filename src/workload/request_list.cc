// SPDX-License-Identifier: Apache-2.0
#include "workload/request_list.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.h"
#include "text/file_window.h"
#include "workload/azure.h"
#include "workload/burstgpt.h"
#include "workload/csv_files.h"
#include "workload/requests_jsonl.h"
#include "workload/sharegpt.h"

namespace spillway::workload {
namespace {

constexpr std::size_t kHead = 4096;  // bytes of a file that show its format

struct ListFormat {
  // By the first line that is not blank.
  bool (*recognises)(std::string_view line);
  RequestList (*read)(const std::string& path, const ListOptions& options);
};

bool has_any(std::string_view line, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return line.find(word) != std::string_view::npos; });
}

// The formats of JSON first: their text may hold any word.
constexpr std::array<ListFormat, 4> kFormats = {
    ListFormat{.recognises = [](std::string_view line) { return line.starts_with('['); },
               .read =
                   [](const std::string& path, const ListOptions& options) {
                     return read_sharegpt(path, options.sharegpt, options.max_requests);
                   }},
    ListFormat{.recognises =
                   [](std::string_view line) {
                     return line.starts_with('{') && has_any(line, {"\"context_tokens\""});
                   },
               .read =
                   [](const std::string& path, const ListOptions& options) {
                     return read_requests_jsonl(path, options.max_requests);
                   }},
    ListFormat{.recognises =
                   [](std::string_view line) {
                     return has_any(line, {"Timestamp", "Request tokens", "Response tokens"});
                   },
               .read =
                   [](const std::string& path, const ListOptions& options) {
                     return read_burstgpt(path, options.max_requests);
                   }},
    ListFormat{
        .recognises =
            [](std::string_view line) {
              return has_any(line, {"TIMESTAMP", "ContextTokens", "GeneratedTokens"});
            },
        .read = [](const std::string& path,
                   const ListOptions& options) { return read_azure(path, options.max_requests); }}};

const ListFormat& format_of(const std::string& file) {
  text::FileWindow window(file, Bytes(kHead));
  std::string_view head = window.ahead().substr(0, kHead);
  head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
  if (head.empty()) {
    throw Error(fmt::format("{}:1: expected a list of requests, found an empty file", file));
  }
  const std::string_view line = head.substr(0, head.find('\n'));
  const auto* const format = std::ranges::find_if(
      kFormats, [&](const ListFormat& candidate) { return candidate.recognises(line); });
  if (format != kFormats.end()) return *format;
  throw Error(fmt::format(
      "{}:1: expected a list of requests: a JSON array of conversations (ShareGPT), CSV with "
      "Timestamp, Request tokens and Response tokens (BurstGPT), CSV with TIMESTAMP, ContextTokens "
      "and GeneratedTokens (Azure), or JSON lines with context_tokens and generate_tokens",
      file));
}

}  // namespace

RequestList read_request_list(const std::string& path, const ListOptions& options) {
  return format_of(csv_files(path).front()).read(path, options);
}

}  // namespace spillway::workload
