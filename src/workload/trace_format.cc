// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_format.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "core/error.h"
#include "text/file_window.h"
#include "workload/trace_kv_cache_tester.h"
#include "workload/trace_mooncake.h"

namespace spillway::workload {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHead = 4096;  // bytes of a file that show its format

bool is_trace_name(const fs::path& name) {
  return !name.string().starts_with('.') &&
         (name.extension() == ".json" || name.extension() == ".jsonl");
}

std::vector<std::string> files_of_directory(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    if (is_trace_name(entry.path().filename())) names.push_back(entry.path().filename().string());
  }
  if (error) throw Error(fmt::format("read directory {}: {}", path, error.message()));
  if (names.empty())
    throw Error(fmt::format("{}: expected *.json or *.jsonl files, found none", path));
  std::ranges::sort(names);
  std::vector<std::string> files;
  files.reserve(names.size());
  for (const std::string& name : names) files.push_back((fs::path(path) / name).string());
  return files;
}

const TraceFormat* format_of(const std::string& path) {
  text::FileWindow window(path, Bytes(kHead));
  const std::string_view head = window.ahead().substr(0, kHead);
  if (head.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    throw Error(fmt::format("{}:1: expected a trace, found an empty file", path));
  }
  for (const TraceFormat& format : trace_formats()) {
    if (format.recognises(head)) return &format;
  }
  throw Error(fmt::format(
      "{}:1: expected a trace: JSON lines with timestamp, input_length, output_length and hash_ids "
      "(Mooncake), or a JSON document with id, block_size and requests (kv-cache-tester)",
      path));
}

}  // namespace

std::span<const TraceFormat> trace_formats() {
  // The document first: the requests in it have hash_ids as well.
  static const std::array<TraceFormat, 2> formats = {kv_cache_tester_format(), mooncake_format()};
  return formats;
}

std::vector<std::string> trace_files(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error) ? files_of_directory(path) : std::vector<std::string>{path};
}

const TraceFormat& detect_format(const std::vector<std::string>& files) {
  const TraceFormat* first = format_of(files.front());
  for (const std::string& file : files) {
    const TraceFormat* format = format_of(file);
    if (format == first) continue;
    throw Error(
        fmt::format("{}: expected {} like {}, found {}: put the formats into directories of "
                    "their own",
                    file, first->entry->name, files.front(), format->entry->name));
  }
  return *first;
}

}  // namespace spillway::workload
