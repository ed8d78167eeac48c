// SPDX-License-Identifier: Apache-2.0
#include "report/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>

#include <vector>

#include "core/size_text.h"
#include "report/number_text.h"

namespace spillway::report {
namespace {

constexpr std::size_t kDefaultColumns = 100;
constexpr const char* kEraseLine = "\r\x1b[K";

std::string clock_text(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string time_item(const Progress& progress) {
  std::string text = fmt::format("{} {}", progress.phase, clock_text(progress.elapsed));
  if (progress.left) text += fmt::format(", {} left", clock_text(*progress.left));
  return text;
}

std::string requests_item(const Progress& progress) {
  std::string text = count_text(progress.requests_done);
  if (progress.requests_planned) text += fmt::format("/{}", count_text(*progress.requests_planned));
  return text + " requests";
}

std::string hit_item(const Progress& progress) {
  std::optional<double> share;
  if (progress.blocks_asked > 0) {
    share = static_cast<double>(progress.blocks_hit) / static_cast<double>(progress.blocks_asked);
  }
  return "hits " + percent_text(share);
}

std::vector<std::string> items(const Progress& progress) {
  if (progress.filled) {
    return {time_item(progress),
            fmt::format("{} of {} written", size_text(progress.filled->written),
                        size_text(progress.filled->target))};
  }
  std::vector<std::string> items = {time_item(progress), requests_item(progress)};
  if (progress.errors > 0) items.push_back(fmt::format("{} ERRORS", count_text(progress.errors)));
  items.push_back(fmt::format("read {:.2f} GB/s", progress.read_bytes_per_s / 1e9));
  items.push_back(fmt::format("write {:.2f} GB/s", progress.write_bytes_per_s / 1e9));
  items.push_back(hit_item(progress));
  items.push_back(fmt::format("{} in flight", count_text(progress.in_flight)));
  return items;
}

}  // namespace

std::string progress_line(const Progress& progress, std::size_t columns) {
  std::string line;
  for (const std::string& item : items(progress)) {
    const std::string more = line.empty() ? item : " | " + item;
    if (line.size() + more.size() > columns) break;
    line += more;
  }
  return line;
}

void ProgressWriter::show(const Progress& progress) {
  if (terminal_) {
    // One column less: a line that fills the last one makes some terminals wrap.
    const std::string line = progress_line(progress, terminal_columns(stream_) - 1);
    fmt::print(stream_, "{}{}", kEraseLine, line);
    std::fflush(stream_);
    shown_ = true;
    return;
  }
  const bool same_phase = progress.phase == last_phase_;
  if (last_ && same_phase && progress.elapsed - *last_ < log_every_) return;
  last_ = progress.elapsed;
  last_phase_ = progress.phase;
  fmt::print(stream_, "{}\n", progress_line(progress, kDefaultColumns));
  std::fflush(stream_);
}

void ProgressWriter::clear() {
  if (!shown_) return;
  std::fputs(kEraseLine, stream_);
  std::fflush(stream_);
  shown_ = false;
}

std::size_t terminal_columns(std::FILE* stream) {
  winsize size{};
  if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return kDefaultColumns;
  return size.ws_col;
}

}  // namespace spillway::report
