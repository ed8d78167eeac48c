// SPDX-License-Identifier: Apache-2.0
#include "telemetry/bpftrace_histograms.h"

#include <fmt/core.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/error.h"

namespace spillway::telemetry {
namespace {

using record::TracedHistogram;
using stats::Bucket;

constexpr std::string_view kSuffixes = "KMGTPE";
// No histogram gets there: 10^9 events a second for a hundred days. It keeps sums within 64 bits.
constexpr std::uint64_t kMostEvents = std::uint64_t{1} << 53U;

std::string_view without_trailing_blanks(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

// What is left of a line while it is read front to back.
class Scanner {
 public:
  explicit Scanner(std::string_view line) : left_(line) {}

  bool take(std::string_view token) {
    if (!left_.starts_with(token)) return false;
    left_.remove_prefix(token.size());
    return true;
  }
  void skip_blanks() {
    while (take(" ") || take("\t")) {
    }
  }
  template <typename Number>
  std::optional<Number> take_number() {
    Number number{};
    const auto [end, error] = std::from_chars(left_.data(), left_.data() + left_.size(), number);
    if (error != std::errc()) return std::nullopt;
    left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
    return number;
  }
  // A bound with its suffix; one beyond 64 bits becomes the outermost number.
  std::optional<std::int64_t> take_bound() {
    const auto number = take_number<std::int64_t>();
    if (!number || left_.empty()) return number;
    const std::size_t power = kSuffixes.find(left_.front());
    if (power == std::string_view::npos) return number;
    left_.remove_prefix(1);
    const __int128 scaled = static_cast<__int128>(*number) << (10 * (power + 1));
    if (scaled > Bucket::kNoHigh) return Bucket::kNoHigh;
    if (scaled < Bucket::kNoLow) return Bucket::kNoLow;
    return static_cast<std::int64_t>(scaled);
  }
  bool ended() const { return left_.empty(); }

 private:
  std::string_view left_;
};

// "...", or the bound from which or up to which the bucket goes.
std::optional<std::int64_t> take_end(Scanner& line, std::int64_t open) {
  return line.take("...") ? std::optional(open) : line.take_bound();
}

// The range alone: `[0]`, `[a, b)`, `(..., b)`, `[a, ...)`, and the `[a, b]` of old versions.
std::optional<Bucket> take_range(Scanner& line) {
  const bool open = line.take("(...");
  if (!open && !line.take("[")) return std::nullopt;
  const std::optional<std::int64_t> low = open ? Bucket::kNoLow : line.take_bound();
  if (!low) return std::nullopt;
  const bool single = !open && !line.take(",");
  if (open && !line.take(",")) return std::nullopt;
  line.skip_blanks();
  const std::optional<std::int64_t> end = single ? low : take_end(line, Bucket::kNoHigh);
  if (!end) return std::nullopt;
  const bool inclusive = line.take("]");
  if (!inclusive && (single || !line.take(")"))) return std::nullopt;
  const std::int64_t high = inclusive && *end != Bucket::kNoHigh ? *end + 1 : *end;
  if (high <= *low) return std::nullopt;
  return Bucket{.low = *low, .high = high};
}

// A whole line: range, count and, if any, the bar.
std::optional<Bucket> read_bucket(std::string_view text) {
  Scanner line(text);
  std::optional<Bucket> bucket = take_range(line);
  if (!bucket) return std::nullopt;
  line.skip_blanks();
  const auto count = line.take_number<std::uint64_t>();
  if (!count) return std::nullopt;
  bucket->count = *count;
  line.skip_blanks();
  if (!line.ended() && !line.take("|")) return std::nullopt;
  return bucket;
}

// The map's name and key when the line heads a histogram: "@name:" and "@name[key]:", with nothing
// behind.
std::optional<std::string_view> read_heading(std::string_view line) {
  if (!line.starts_with('@') || !line.ends_with(':')) return std::nullopt;
  return line.substr(1, line.size() - 2);
}

class Parser {
 public:
  explicit Parser(std::string_view source) : source_(source) {}

  void read(std::string_view line) {
    ++number_;
    const std::string_view text = without_trailing_blanks(line);
    if (const auto heading = read_heading(text)) {
      current_ = &found_[std::string(*heading)];
      *current_ = {};
      events_ = 0;
    } else if (text.starts_with('[') || text.starts_with('(')) {
      add_bucket(text);
    } else {
      current_ = nullptr;
    }
  }

  // A heading alone is a map of another kind, or an empty one.
  record::DeviceLatency result() {
    std::erase_if(found_, [](const auto& entry) { return entry.second.raw.empty(); });
    return std::move(found_);
  }

 private:
  void add_bucket(std::string_view text) {
    if (current_ == nullptr) return;
    const std::optional<Bucket> bucket = read_bucket(text);
    std::vector<Bucket>& buckets = current_->histogram.buckets;
    const bool rises = bucket && (buckets.empty() || buckets.back().high <= bucket->low);
    if (!rises || bucket->count > kMostEvents - events_) {
      throw Error(
          fmt::format("{}:{}: expected a bucket above the one before and its count, such "
                      "as \"[512, 1K) 7\", found \"{}\"",
                      source_, number_, text));
    }
    buckets.push_back(*bucket);
    events_ += bucket->count;
    current_->raw.emplace_back(text);
  }

  std::string_view source_;
  std::uint64_t number_ = 0;
  record::DeviceLatency found_;
  TracedHistogram* current_ = nullptr;  // the one whose buckets are being read
  std::uint64_t events_ = 0;            // in its buckets so far
};

}  // namespace

record::DeviceLatency parse_bpftrace_histograms(std::string_view text, std::string_view source) {
  Parser parser(source);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    parser.read(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return parser.result();
}

}  // namespace spillway::telemetry
