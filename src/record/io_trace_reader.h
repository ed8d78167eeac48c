// Reads an I/O trace row by row, plain or compressed, to be replayed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "record/io_trace.h"
#include "text/line_reader.h"
#include "text/zstd_line_reader.h"

namespace spillway::record {

// Strict: the header tells the layout, every row has all its columns, spelt as we write them. A
// time may have fewer or more decimals than six, up to nine. Anything else is an Error that names
// the file and the line. A path that ends in .zst is decompressed. Owned by one thread.
class IoTraceReader {
 public:
  explicit IoTraceReader(const std::string& path);

  IoTraceLayout layout() const { return layout_; }
  // Nothing at the end of the file.
  std::optional<IoTraceRow> next();

 private:
  std::optional<text::Line> next_line();
  void read_header();

  std::string path_;
  std::variant<text::LineReader, text::ZstdLineReader> lines_;
  IoTraceLayout layout_ = IoTraceLayout::narrow;
};

// All rows, for a trace that fits into memory.
std::vector<IoTraceRow> read_io_trace(const std::string& path);

}  // namespace spillway::record
