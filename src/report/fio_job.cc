// SPDX-License-Identifier: Apache-2.0
#include "report/fio_job.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/size_text.h"

namespace spillway::report {
namespace {

using record::DeviceLatency;
using stats::Bucket;
using stats::BucketHistogram;

constexpr double kSmallestShare = 0.005;          // what would round to 0 %
constexpr double kHotShare = 0.01;                // of accesses in a zone of 10 GiB
constexpr std::uint64_t kFewestForThinkTime = 4;  // below that a median says nothing

const BucketHistogram& find(const DeviceLatency& traced, std::string_view name) {
  static const BucketHistogram none;
  const auto found = traced.find(name);
  return found == traced.end() ? none : found->second.histogram;
}

// Lower bound of the percentile's bucket; 0 when nothing was counted.
std::int64_t percentile(const BucketHistogram& histogram, double percent) {
  const Bucket* const bucket = histogram.percentile(percent);
  return bucket == nullptr ? 0 : std::max<std::int64_t>(bucket->low, 0);
}

// Buckets that are large enough to be a whole percent or round to one; the counts stay in sum.
std::vector<Bucket> without_crumbs(const BucketHistogram& histogram) {
  const double least = static_cast<double>(histogram.total()) * kSmallestShare;
  std::vector<Bucket> kept;
  std::uint64_t crumbs = 0;
  for (Bucket bucket : histogram.buckets) {
    bucket.count += crumbs;
    const bool large = bucket.count > 0 && static_cast<double>(bucket.count) >= least;
    crumbs = large ? 0 : bucket.count;
    if (large) kept.push_back(bucket);
  }
  if (crumbs > 0 && !kept.empty()) kept.back().count += crumbs;
  return kept;
}

// Whole percent that sum up to 100, by largest remainder (Hamilton's method of apportionment).
std::vector<int> whole_percents(const std::vector<Bucket>& buckets, std::uint64_t total) {
  std::vector<int> percents;
  std::vector<std::uint64_t> remainders;
  for (const Bucket& bucket : buckets) {
    const auto scaled = static_cast<unsigned __int128>(bucket.count) * 100;
    percents.push_back(static_cast<int>(scaled / total));
    remainders.push_back(static_cast<std::uint64_t>(scaled % total));
  }
  std::vector<std::size_t> order(buckets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return remainders[a] == remainders[b] ? a < b : remainders[a] > remainders[b];
  });
  const int missing = 100 - std::accumulate(percents.begin(), percents.end(), 0);
  for (std::size_t i = 0; i < static_cast<std::size_t>(missing); ++i) ++percents[order[i]];
  return percents;
}

// What is smaller than 1 KiB is one sector.
std::string fio_size(std::int64_t kib) {
  if (kib <= 0) return "512";
  return kib % 1024 == 0 ? fmt::format("{}m", kib / 1024) : fmt::format("{}k", kib);
}

// Nothing that comes from outside may begin a line of its own.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

// A colon separates names of files.
std::string fio_path(const std::string& path) {
  std::string escaped;
  for (const char c : one_line(path)) {
    if (c == ':') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string latency_comment(const DeviceLatency& traced, std::string_view direction) {
  const auto& latency = find(traced, fmt::format("d2c_{}_us", direction));
  const auto& sizes = find(traced, fmt::format("bssplit_{}_kb", direction));
  std::string text = fmt::format("# {}s dispatched: {}", direction, sizes.total());
  if (latency.total() > 0) {
    text += fmt::format("; device latency from {} us (P50), {} us (P99)", percentile(latency, 50),
                        percentile(latency, 99));
  }
  return text + "\n";
}

std::string hot_zones(const DeviceLatency& traced, std::string_view direction) {
  const auto& zones = find(traced, fmt::format("lba_{}_gb", direction));
  const auto total = static_cast<double>(zones.total());
  std::string text;
  for (const Bucket& zone : zones.buckets) {
    const double share = static_cast<double>(zone.count) / std::max(total, 1.0);
    if (share <= kHotShare) continue;
    text += fmt::format("# {}s from {} GiB on: {:.0f} %\n", direction,
                        std::max<std::int64_t>(zone.low, 0), share * 100);
  }
  return text;
}

std::string head(const DeviceLatency& traced, const FioJobOptions& options) {
  std::string text = fmt::format("# I/O like that of a traced run, for fio. Made {} from {}.\n",
                                 one_line(options.created), one_line(options.source));
  text += "# Figures are lower bounds of histogram buckets.\n";
  for (const std::string_view direction : {"read", "write"}) {
    text += latency_comment(traced, direction) + hot_zones(traced, direction);
  }
  text += fmt::format("# Usage: fio THIS_FILE. It overwrites {}, {}.\n", one_line(options.file),
                      size_text(options.size));
  return text;
}

// Sizes, mix and direction.
std::string pattern(const BucketHistogram& reads, const BucketHistogram& writes, bool random) {
  const std::string_view prefix = random ? "rand" : "";
  if (writes.total() == 0) return fmt::format("rw={}read\nbssplit={}\n", prefix, size_split(reads));
  if (reads.total() == 0) {
    return fmt::format("rw={}write\nbssplit=,{}\n", prefix, size_split(writes));
  }
  const auto read = static_cast<double>(reads.total());
  const double share = read / (read + static_cast<double>(writes.total()));
  return fmt::format("rw={}rw\nrwmixread={}\nbssplit={},{}\n", prefix, std::lround(share * 100),
                     size_split(reads), size_split(writes));
}

std::string depth_and_pauses(const DeviceLatency& traced) {
  const auto& reads = find(traced, "qd_read");
  const auto& writes = find(traced, "qd_write");
  const std::int64_t read_depth = percentile(reads, 50);
  const std::int64_t write_depth = percentile(writes, 50);
  const auto depth = std::max<std::int64_t>({1, read_depth, write_depth});
  std::string text =
      reads.total() + writes.total() == 0
          ? "# the depth was not measured\n"
          : fmt::format("# the larger of the P50 depths measured: reads {}, writes {}\n",
                        read_depth, write_depth);
  text +=
      fmt::format("iodepth={0}\niodepth_batch_submit={0}\niodepth_batch_complete_min=1\n", depth);

  const auto& gap = find(traced, "write_to_fsync_us");
  const std::int64_t pause = percentile(gap, 50);
  if (gap.total() >= kFewestForThinkTime && pause > 0) {
    text += fmt::format(
        "# us, P50 from a write's end to its fsync\nthinktime={}\n"
        "thinktime_blocks={}\n",
        pause, depth);
  }
  const auto& sync = find(traced, "fsync_us");
  if (sync.total() > 0) {
    text += fmt::format("# an fsync took {} us (P50 of {})\n", percentile(sync, 50), sync.total());
  }
  return text;
}

}  // namespace

std::string size_split(const BucketHistogram& sizes_kb) {
  const std::uint64_t total = sizes_kb.total();
  const std::vector<Bucket> buckets = without_crumbs(sizes_kb);
  if (buckets.empty()) return "";
  const std::vector<int> percents = whole_percents(buckets, total);
  std::string text;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (percents[i] == 0) continue;
    if (!text.empty()) text += ':';
    text += fmt::format("{}/{}", fio_size(buckets[i].low), percents[i]);
  }
  return text;
}

std::string fio_job(const DeviceLatency& traced, const FioJobOptions& options) {
  const auto& reads = find(traced, "bssplit_read_kb");
  const auto& writes = find(traced, "bssplit_write_kb");
  if (reads.total() + writes.total() == 0) {
    throw Error(
        "make a fio job: neither bssplit_read_kb nor bssplit_write_kb counted anything; trace a "
        "run that reads or writes storage");
  }
  std::string text = head(traced, options);
  text += fmt::format("\n[{}]\nfilename={}\nsize={}\nioengine=libaio\ndirect=1\n",
                      one_line(options.name), fio_path(options.file), options.size.count());
  text += pattern(reads, writes, options.random);
  if (options.random) text += "norandommap=1\nrandrepeat=0\n";
  text += depth_and_pauses(traced);
  text += fmt::format("time_based=1\nruntime={}\n",
                      std::chrono::duration_cast<std::chrono::seconds>(options.runtime).count());
  text += "refill_buffers=1\nnumjobs=1\ngroup_reporting=1\npercentile_list=50:95:99:99.9:99.99\n";
  return text;
}

}  // namespace spillway::report
