// Writes text to a file front to back: compressed when the path ends in .zst, as it is otherwise.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/unique_fd.h"

namespace spillway::text {

// Whether the path asks for zstd.
bool is_zstd_path(std::string_view path);

// One zstd frame of level 3, or plain bytes. Memory is fixed: what is appended goes out in pieces.
// Owned by one thread. Every failure is an Error that names the path.
class ZstdWriter {
 public:
  // Creates the file, or empties the one that is there. Its directory exists.
  explicit ZstdWriter(std::string path);
  ZstdWriter(ZstdWriter&&) noexcept;
  ZstdWriter& operator=(ZstdWriter&&) noexcept;
  ~ZstdWriter();  // closes the file; without close() its end is missing and nobody is told

  void append(std::string_view text);
  // Writes what is left, ends the frame and makes the file durable. The last call; a writer of
  // which a call has thrown can only be destroyed.
  void close();

  const std::string& path() const { return path_; }

 private:
  struct Frame;  // of zstd
  enum class Last : bool { no, yes };

  void compress(std::string_view text, Last last);
  void write_out();

  std::string path_;
  UniqueFd fd_;
  std::unique_ptr<Frame> frame_;  // none: plain
  std::string waiting_;           // bytes for the file
};

}  // namespace spillway::text
