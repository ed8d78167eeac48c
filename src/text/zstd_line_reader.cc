// SPDX-License-Identifier: Apache-2.0
#include "text/zstd_line_reader.h"

#include <fmt/core.h>
#include <zstd.h>

#include <algorithm>
#include <vector>

#include "core/error.h"

namespace spillway::text {

struct ZstdLineReader::Frame {
  struct Free {
    void operator()(ZSTD_DCtx* owned) const { ZSTD_freeDCtx(owned); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context{ZSTD_createDCtx()};
  std::vector<char> room = std::vector<char>(ZSTD_DStreamOutSize());
};

ZstdLineReader::ZstdLineReader(const std::string& path, Bytes longest_line)
    : window_(path, longest_line), frame_(std::make_unique<Frame>()), longest_line_(longest_line) {
  if (frame_->context == nullptr) throw Error(fmt::format("decompress {}: out of memory", path));
}

ZstdLineReader::ZstdLineReader(ZstdLineReader&&) noexcept = default;
ZstdLineReader& ZstdLineReader::operator=(ZstdLineReader&&) noexcept = default;
ZstdLineReader::~ZstdLineReader() = default;

std::optional<Line> ZstdLineReader::next() {
  for (std::size_t searched = 0;;) {
    const std::string_view ahead = std::string_view(text_).substr(position_);
    const std::size_t newline = ahead.find('\n', searched);
    const std::size_t length = std::min(newline, ahead.size());
    refuse_when_long(length);
    if (newline != std::string_view::npos) return take(length, 1);
    searched = length;
    if (read_more()) continue;
    if (length == 0) return std::nullopt;
    return take(length, 0);
  }
}

void ZstdLineReader::refuse_when_long(std::size_t length) const {
  if (length <= longest_line_.count()) return;
  throw Error(fmt::format("{}:{}: expected a line of at most {} bytes, found a longer one",
                          window_.path(), number_ + 1, longest_line_.count()));
}

Line ZstdLineReader::take(std::size_t length, std::size_t end_length) {
  std::string_view line = std::string_view(text_).substr(position_, length);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::uint64_t offset = offset_;
  position_ += length + end_length;
  offset_ += length + end_length;
  return {.text = line, .number = ++number_, .offset = offset};
}

// Appends a piece of text, which may be empty; false at the file's end.
bool ZstdLineReader::read_more() {
  const std::string_view ahead = window_.ahead();
  if (ahead.empty() && !within_frame_) return false;
  ZSTD_inBuffer in = {.src = ahead.data(), .size = ahead.size(), .pos = 0};
  ZSTD_outBuffer out = {.dst = frame_->room.data(), .size = frame_->room.size(), .pos = 0};
  const std::size_t left = ZSTD_decompressStream(frame_->context.get(), &out, &in);
  if (ZSTD_isError(left) != 0U) {
    throw Error(fmt::format("{}: expected a zstd file, found: {}", window_.path(),
                            ZSTD_getErrorName(left)));
  }
  if (ahead.empty() && out.pos == 0 && left != 0) {
    throw Error(
        fmt::format("{}: expected a whole zstd file, found one that ends within a frame: "
                    "was its writer cut short?",
                    window_.path()));
  }
  within_frame_ = left != 0;
  window_.skip(in.pos);
  text_.erase(0, position_);
  position_ = 0;
  text_.append(frame_->room.data(), out.pos);
  return true;
}

}  // namespace spillway::text
