// Reads a file line by line in fixed memory and knows where every line lies.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "text/file_window.h"

namespace spillway::text {

struct Line {
  std::string_view text;     // without its end ("\n" or "\r\n"); valid until the next line is read
  std::uint64_t number = 0;  // the first line is 1
  std::uint64_t offset = 0;  // of its first byte in the file
};

// The last line may lack its newline. A line longer than the limit is an Error that names it.
class LineReader {
 public:
  explicit LineReader(const std::string& path, Bytes longest_line = Bytes(8U << 20U))
      : window_(path, longest_line), longest_line_(longest_line) {}

  // Nothing at the end of the file.
  std::optional<Line> next();

 private:
  void refuse_when_long() const;

  FileWindow window_;
  Bytes longest_line_;
  std::uint64_t number_ = 0;
};

}  // namespace spillway::text
