// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string_view>
#include <unordered_set>
#include <vector>
#define XXH_INLINE_ALL  // NOLINT(readability-identifier-naming): the library's switch
#include <xxhash.h>

#include "core/error.h"
#include "core/unique_fd.h"
#include "workload/dealing.h"
#include "workload/fingerprint.h"
#include "workload/plan.h"
#include "workload/shaper.h"
#include "workload/trace_format.h"

namespace spillway::workload {
namespace {

constexpr std::uint32_t kMostUsers = 10'000'000;

struct TraceFile {
  std::string path;
  std::uint64_t scope = 0;       // of its block ids
  std::uint64_t first_slot = 0;  // of its requests
};

// Where a request lies and when it is due: 16 bytes, as there may be tens of millions.
class Slot {
 public:
  Slot(Extent extent, Duration due)
      : packed_(extent.offset << kLengthBits | extent.length), due_(due) {
    if (extent.offset >> (64 - kLengthBits) == 0 && extent.length <= kLongest) return;
    throw Error("expected a trace file below 1 TiB and requests below 16 MiB, found more");
  }

  Extent extent() const { return {.offset = packed_ >> kLengthBits, .length = packed_ & kLongest}; }
  Duration due() const { return due_; }

 private:
  static constexpr unsigned kLengthBits = 24;
  static constexpr std::uint64_t kLongest = (std::uint64_t{1} << kLengthBits) - 1;

  std::uint64_t packed_;
  Duration due_;
};

// What the hash and the sums need of a request.
struct Facts {
  Digest digest;
  Tokens input;
  Tokens output;
  std::uint64_t blocks = 0;
};

// A trace that has been read through once, with what reading it again takes.
struct Trace {
  const TraceFormat* format;
  Shaper shaper;
  std::uint32_t users;
  std::vector<TraceFile> files;
  std::vector<Slot> slots;
  Dealing dealing;

  std::size_t file_of(std::uint64_t slot) const {
    const auto after = std::ranges::upper_bound(files, slot, {}, &TraceFile::first_slot);
    return static_cast<std::size_t>(after - files.begin()) - 1;
  }
  std::uint32_t user_of(std::uint64_t slot, std::size_t file) const {
    return static_cast<std::uint32_t>((format->file_is_conversation ? file : slot) % users);
  }
  std::uint32_t user_of(std::uint64_t slot) const {
    return user_of(slot, format->file_is_conversation ? file_of(slot) : 0);
  }
};

class TraceCursor final : public Cursor {
 public:
  explicit TraceCursor(const Trace& trace) : trace_(trace), parser_(*trace.format->entry) {}

  Request read(std::uint64_t index) override {
    check(index < trace_.dealing.requests(), "the request is one of the plan");
    const std::uint64_t slot = trace_.dealing.slot_of(index);
    const std::size_t file = trace_.file_of(slot);
    Request request;
    request.index = index;
    request.user = trace_.user_of(slot, file);
    request.turn = trace_.dealing.turn_of(request.user, index);
    request.due = trace_.slots[slot].due();
    trace_.shaper.shape(entry(slot, file), trace_.files[file].scope, slot, request);
    return request;
  }

 private:
  // Traces come in hundreds of files; a cursor keeps some of them open.
  struct OpenFile {
    std::size_t file = std::numeric_limits<std::size_t>::max();
    UniqueFd fd;
  };

  const Entry& entry(std::uint64_t slot, std::size_t file) {
    const Extent extent = trace_.slots[slot].extent();
    const std::string& path = trace_.files[file].path;
    try {
      load(descriptor(file), extent, path);
      return parser_.parse(text_);
    } catch (const Error& error) {
      throw Error(fmt::format("{}: byte {}: has changed since it was checked: {}", path,
                              extent.offset, error.what()));
    }
  }

  int descriptor(std::size_t file) {
    OpenFile& open = open_.at(file % open_.size());
    if (open.file != file) {
      const std::string& path = trace_.files[file].path;
      open.fd = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      open.file = file;
      if (!open.fd) throw_errno("open", path);
    }
    return open.fd.get();
  }

  void load(int fd, Extent extent, const std::string& path) {
    text_.resize(extent.length);
    std::size_t done = 0;
    while (done < text_.size()) {
      const ssize_t got = ::pread(fd, text_.data() + done, text_.size() - done,
                                  static_cast<off_t>(extent.offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw_errno("read", path);
      if (got == 0) throw Error("the file has become shorter");
      done += static_cast<std::size_t>(got);
    }
  }

  const Trace& trace_;
  EntryParser parser_;
  std::string text_;
  std::array<OpenFile, 32> open_;
};

class TracePlan final : public Plan {
 public:
  TracePlan(Trace trace, PlanSummary summary)
      : trace_(std::move(trace)), summary_(std::move(summary)) {}

  const PlanSummary& summary() const override { return summary_; }
  Duration due_of(std::uint64_t index) const override {
    check(index < trace_.dealing.requests(), "the request is one of the plan");
    return trace_.slots[trace_.dealing.slot_of(index)].due();
  }
  Ticket ticket_of(std::uint64_t index) const override {
    return {.user = trace_.user_of(trace_.dealing.slot_of(index))};
  }
  std::uint64_t requests_of(std::uint32_t user) const override {
    return trace_.dealing.requests_of(user);
  }
  std::uint64_t index_of(std::uint32_t user, std::uint64_t turn) const override {
    return trace_.dealing.index_of(user, turn);
  }
  std::unique_ptr<Cursor> cursor() const override { return std::make_unique<TraceCursor>(trace_); }

 private:
  Trace trace_;
  PlanSummary summary_;
};

// Reads a trace through once and keeps what a plan needs. When the plan has the order of the trace,
// hash and sums grow while reading, and reading ends with the plan; otherwise the facts of every
// request are kept until the order is known.
class TraceOpener {
 public:
  TraceOpener(const TraceFormat& format, const PlanOptions& options, std::size_t files)
      : options_(options),
        trace_{.format = &format,
               .shaper = Shaper(*format.entry, options.length_scale, options.time_scale),
               .users = options.users,
               .files = {},
               .slots = {},
               .dealing = {}},
        most_(options.max_requests.value_or(std::numeric_limits<std::uint64_t>::max())),
        in_trace_order_(!format.file_is_conversation && (!options.open_loop || files == 1)),
        fingerprint_(trace_.shaper.block_tokens(), options.users) {}

  bool full() const { return in_trace_order_ && trace_.slots.size() >= most_; }

  void scan(const std::string& path) {
    trace_.files.push_back({.path = path, .first_slot = trace_.slots.size()});
    const std::string name = trace_.format->scan(path, [this](const Entry& entry, Extent extent) {
      take(entry, extent);
      return !full();
    });
    trace_.files.back().scope = scope_of(name);
  }

  std::unique_ptr<Plan> finish() {
    check(!trace_.slots.empty(), "a scan that finds no request is an error");
    if (in_trace_order_) {
      trace_.dealing = Dealing::one_by_one(trace_.slots.size(), trace_.users);
    } else {
      deal();
    }
    trace_.slots.shrink_to_fit();
    summarise();
    return std::make_unique<TracePlan>(std::move(trace_), std::move(summary_));
  }

 private:
  void take(const Entry& entry, Extent extent) {
    const std::uint64_t slot = trace_.slots.size();
    trace_.slots.emplace_back(extent, trace_.shaper.time(entry.at));
    trace_.shaper.shape(entry, 0, slot, request_);
    const Facts facts{.digest = digest_of(request_),
                      .input = request_.input_tokens,
                      .output = request_.output_tokens,
                      .blocks = entry.block_ids.size()};
    if (in_trace_order_) {
      account(slot, trace_.files.size() - 1, facts);
    } else {
      if (slot > kMostListed) throw Error("expected less than 2^32 requests, found more");
      facts_.push_back(facts);
    }
  }

  // Adds the plan's next request to hash and sums.
  void account(std::uint64_t slot, std::size_t file, const Facts& facts) {
    const Duration due = trace_.slots[slot].due();
    fingerprint_.add(trace_.user_of(slot, file), file, due, facts.digest);
    summary_.blocks += facts.blocks;
    summary_.input_tokens += facts.input;
    summary_.output_tokens += facts.output;
    summary_.span = std::max(summary_.span, due);
  }

  // Equal names give equal scopes wherever the files lie; in one trace every file has its own.
  std::uint64_t scope_of(const std::string& name) {
    const std::string text = fmt::format("{}:{}", trace_.format->entry->name, name);
    std::uint64_t scope = XXH3_64bits(text.data(), text.size());
    while (!scopes_.insert(scope).second) ++scope;
    return scope;
  }

  void deal() {
    const std::uint64_t slots = trace_.slots.size();
    std::vector<std::uint32_t> users(slots);
    std::vector<std::uint64_t> keys(slots);
    std::vector<std::uint64_t> turns(trace_.users);
    for (std::uint64_t slot = 0; slot < slots; ++slot) {
      const std::uint32_t user = trace_.user_of(slot);
      users[slot] = user;
      keys[slot] = options_.open_loop ? static_cast<std::uint64_t>(trace_.slots[slot].due().count())
                                      : turn_key(turns[user]++, user);
    }
    trace_.dealing = Dealing::sorted(keys, users, trace_.users, most_);
    for (std::uint64_t index = 0; index < trace_.dealing.requests(); ++index) {
      const std::uint64_t slot = trace_.dealing.slot_of(index);
      account(slot, trace_.file_of(slot), facts_[slot]);
    }
  }

  void summarise() {
    std::vector<std::uint64_t> scopes;
    scopes.reserve(trace_.files.size());
    for (const TraceFile& file : trace_.files) scopes.push_back(file.scope);
    summary_.format = trace_.format->entry->name;
    summary_.hash = fingerprint_.text(scopes);
    summary_.files = trace_.files.size();
    summary_.users = trace_.users;
    summary_.requests = trace_.dealing.requests();
    summary_.block_tokens = trace_.shaper.block_tokens();
  }

  static constexpr std::uint64_t kMostListed = std::numeric_limits<std::uint32_t>::max() - 1;

  const PlanOptions& options_;
  Trace trace_;
  std::uint64_t most_;
  bool in_trace_order_;
  Fingerprint fingerprint_;
  PlanSummary summary_;
  Request request_;  // kept for its memory
  std::vector<Facts> facts_;
  std::unordered_set<std::uint64_t> scopes_;
};

void check_options(const PlanOptions& options) {
  if (options.users == 0 || options.users > kMostUsers) {
    throw Error(fmt::format("users: expected 1 to {}, found {}", kMostUsers, options.users));
  }
  if (options.max_requests == 0) throw Error("requests: expected at least one, found 0");
}

}  // namespace

std::unique_ptr<Plan> open_trace(const std::string& path, const PlanOptions& options) {
  check_options(options);
  const std::vector<std::string> files = trace_files(path);
  TraceOpener opener(detect_format(files), options, files.size());
  for (const std::string& file : files) {
    if (!opener.full()) opener.scan(file);
  }
  return opener.finish();
}

}  // namespace spillway::workload
