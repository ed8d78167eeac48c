// The trace formats that Spillway reads, and the files that a trace consists of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workload/entry_parser.h"

namespace spillway::workload {

// Where the object of a request lies in its file.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// Takes one request after the other and says whether to go on. The entry's time is since the start
// of the file and never decreases. What it refuses it throws as an Error without a place.
using EntrySink = std::function<bool(const Entry& entry, Extent extent)>;

// A new format is a pair of files trace_NAME.{h,cc} and a row in trace_formats().
struct TraceFormat {
  const EntryFormat* entry;
  // A conversation is one file: its requests follow one another, so one user sends them all.
  // Otherwise requests are independent and are dealt out one by one.
  bool file_is_conversation;
  // Whether a file that starts with these bytes is meant to have this format.
  bool (*recognises)(std::string_view head);
  // Reads a file from front to back. Returns the name under which its block ids are known: equal
  // names in two traces, equal meaning of the ids. Throws Error("<path>:<line>: ...").
  std::string (*scan)(const std::string& path, const EntrySink& sink);
};

std::span<const TraceFormat> trace_formats();

// The file itself, or the *.json and *.jsonl files of a directory by name. Never empty: Error.
std::vector<std::string> trace_files(const std::string& path);

// The format that all of these files have; Error when a file has none, or another one.
const TraceFormat& detect_format(const std::vector<std::string>& files);

// No request takes more bytes in a trace (a million block ids).
constexpr Bytes kLongestEntry(8U << 20U);

}  // namespace spillway::workload
