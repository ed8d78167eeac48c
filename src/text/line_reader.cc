// SPDX-License-Identifier: Apache-2.0
#include "text/line_reader.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"

namespace spillway::text {
namespace {

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::optional<Line> LineReader::next() {
  window_.release();
  if (window_.ahead().empty()) return std::nullopt;
  const std::uint64_t offset = window_.offset();
  ++number_;
  window_.hold();
  bool ended = false;
  while (!ended && !window_.ahead().empty()) {
    const std::string_view ahead = window_.ahead();
    const std::size_t length = std::min(ahead.find('\n'), ahead.size());
    ended = length < ahead.size();
    window_.skip(length);
    refuse_when_long();
  }
  const std::string_view text = window_.held();
  if (ended) window_.skip(1);
  return Line{.text = without_return(text), .number = number_, .offset = offset};
}

void LineReader::refuse_when_long() const {
  if (window_.held().size() <= longest_line_.count()) return;
  throw Error(fmt::format("{}:{}: expected a line of at most {} bytes, found a longer one",
                          window_.path(), number_, longest_line_.count()));
}

}  // namespace spillway::text
