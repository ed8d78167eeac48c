// The part of a file that is being read: moves forward, and keeps what is still needed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/unique_fd.h"

namespace spillway::text {

// Memory is the longest piece held plus 256 KiB, however long the file. Owned by one thread.
class FileWindow {
 public:
  // Opens a regular file; throws Error for anything else. `longest` bounds what may be held at
  // once.
  FileWindow(const std::string& path, Bytes longest);

  const std::string& path() const { return path_; }
  // Where the next byte lies in the file.
  std::uint64_t offset() const { return start_ + position_; }

  // What lies ahead and has been read already; at least one byte, or empty at the file's end.
  // Valid until the next call of a function that is not const.
  std::string_view ahead();
  // Reads more behind what is ahead; false at the file's end. Throws Error when the piece that is
  // held has become too long.
  bool read_more();
  // Steps over bytes that are ahead.
  void skip(std::size_t bytes) { position_ += bytes; }

  // Keeps everything from here on until held() has been used and release() is called.
  void hold() { hold_ = position_; }
  void release() { hold_.reset(); }
  bool holding() const { return hold_.has_value(); }
  std::string_view held() const;

 private:
  std::string path_;
  UniqueFd fd_;
  std::size_t longest_;
  std::vector<char> buffer_;
  std::uint64_t start_ = 0;   // offset in the file of buffer_[0]
  std::size_t position_ = 0;  // of the next byte in buffer_
  std::size_t end_ = 0;       // of what has been read into buffer_
  std::optional<std::size_t> hold_;
};

// The line, counted from 1, in which the byte at `offset` lies. Reads the file up to there: for
// messages.
std::uint64_t line_at(const std::string& path, std::uint64_t offset);

}  // namespace spillway::text
