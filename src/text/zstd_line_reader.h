// Reads a zstd file line by line in fixed memory, as LineReader reads a plain one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "text/file_window.h"
#include "text/line_reader.h"

namespace spillway::text {

// Line numbers and offsets are those of the text, not of the compressed file. The last line may
// lack its newline. A longer line than the limit, a damaged file and one that ends within a frame
// are Errors that name the path.
class ZstdLineReader {
 public:
  explicit ZstdLineReader(const std::string& path, Bytes longest_line = Bytes(8U << 20U));
  ZstdLineReader(ZstdLineReader&&) noexcept;
  ZstdLineReader& operator=(ZstdLineReader&&) noexcept;
  ~ZstdLineReader();

  // Nothing at the end of the text.
  std::optional<Line> next();

 private:
  struct Frame;  // of zstd

  bool read_more();
  void refuse_when_long(std::size_t length) const;
  Line take(std::size_t length, std::size_t end_length);

  FileWindow window_;
  std::unique_ptr<Frame> frame_;
  Bytes longest_line_;
  std::string text_;          // decompressed; what lies before position_ has been handed out
  std::size_t position_ = 0;  // of the next line in text_
  std::uint64_t offset_ = 0;  // of the next line in the whole text
  std::uint64_t number_ = 0;
  bool within_frame_ = false;
};

}  // namespace spillway::text
