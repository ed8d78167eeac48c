// SPDX-License-Identifier: Apache-2.0
#include "io/uring_engine.h"

#include <liburing.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "io/bell.h"

namespace spillway::io {
namespace {

constexpr std::uint32_t kMaxDepth = 32768;  // IORING_MAX_ENTRIES of the kernel
constexpr std::size_t kPeekBatch = 64;

// Best first. A kernel that does not know a flag answers EINVAL, then the next is tried: 6.1 has
// the first, 5.19 the second. The completion ring is twice the submission ring by default, so that
// it never overflows.
struct SetUp {
  unsigned flags;
  std::vector<std::string> features;
};
std::vector<SetUp> set_ups() {
  return {
      {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
       .features = {"single_issuer", "defer_taskrun", "taskrun_flag"}},
      {.flags = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG,
       .features = {"coop_taskrun", "taskrun_flag"}},
      {.flags = 0, .features = {}}};
}

[[noreturn]] void refuse(int error_number) {
  std::string why = "set up io_uring: " + errno_text(error_number);
  if (error_number == ENOSYS) {
    why += " (the kernel has none)";
  } else if (error_number == EPERM) {
    why += " (forbidden: a container's seccomp profile, or sysctl kernel.io_uring_disabled)";
  } else if (error_number == ENOMEM) {
    why += " (more locked memory is needed: ulimit -l)";
  }
  throw Error(why + "; try --io-engine threads");
}

class UringEngine final : public Engine {
 public:
  explicit UringEngine(std::uint32_t depth);
  ~UringEngine() override;
  UringEngine(const UringEngine&) = delete;
  UringEngine& operator=(const UringEngine&) = delete;

  std::size_t submit(std::span<const Operation> operations) override;
  std::size_t reap(std::span<Completion> completions) override;
  void lend(std::span<std::byte> memory) override;
  int descriptor() const override { return bell_.descriptor(); }
  std::size_t depth() const override { return depth_; }
  std::vector<std::string> features() const override { return features_; }

 private:
  void open_ring();
  void prepare(io_uring_sqe* entry, const Operation& operation) const;
  bool is_lent(const Operation& operation) const;
  void flush();
  void fetch_deferred();

  std::size_t depth_;
  std::size_t in_flight_ = 0;
  std::vector<std::string> features_ = {"io_uring"};
  std::span<std::byte> lent_;  // pinned; buffer 0 of the ring
  Bell bell_;
  io_uring ring_{};
};

UringEngine::UringEngine(std::uint32_t depth) : depth_(depth) {
  open_ring();
  if (const int error = -::io_uring_register_eventfd(&ring_, bell_.descriptor()); error > 0) {
    ::io_uring_queue_exit(&ring_);
    throw_errno("register with io_uring", "an eventfd", error);
  }
  // Saves a look-up of the descriptor in each call; since 5.18.
  if (::io_uring_register_ring_fd(&ring_) == 1) features_.emplace_back("registered_ring_fd");
}

void UringEngine::open_ring() {
  int error = 0;
  for (const SetUp& set_up : set_ups()) {
    error = -::io_uring_queue_init(static_cast<unsigned>(depth_), &ring_, set_up.flags);
    if (error == 0) {
      features_.insert(features_.end(), set_up.features.begin(), set_up.features.end());
      return;
    }
    if (error != EINVAL) break;
  }
  refuse(error);
}

// The kernel may still read and write the buffers of what is in flight.
UringEngine::~UringEngine() {
  flush();
  while (in_flight_ > 0) {
    io_uring_cqe* entry = nullptr;
    if (::io_uring_wait_cqe(&ring_, &entry) < 0) continue;  // interrupted
    ::io_uring_cqe_seen(&ring_, entry);
    --in_flight_;
  }
  ::io_uring_queue_exit(&ring_);
}

std::size_t UringEngine::submit(std::span<const Operation> operations) {
  const std::size_t room = std::min(operations.size(), depth_ - in_flight_);
  std::size_t taken = 0;
  for (; taken < room; ++taken) {
    io_uring_sqe* const entry = ::io_uring_get_sqe(&ring_);
    if (entry == nullptr) break;
    prepare(entry, operations[taken]);
  }
  in_flight_ += taken;
  flush();
  return taken;
}

// Pinning each piece anew is an eighth of the CPU time of 1 MiB pieces. Where it cannot be done
// (RLIMIT_MEMLOCK, more than 1 GiB) operations work as before, and features() does not name it.
void UringEngine::lend(std::span<std::byte> memory) {
  if (!lent_.empty()) return;  // one region: the queue's
  const iovec region{.iov_base = memory.data(), .iov_len = memory.size()};
  if (::io_uring_register_buffers(&ring_, &region, 1) != 0) return;
  lent_ = memory;
  features_.emplace_back("fixed_buffers");
}

bool UringEngine::is_lent(const Operation& operation) const {
  const std::less_equal<> not_after;  // pointers into different objects: < alone is undefined
  return !lent_.empty() && not_after(lent_.data(), operation.data) &&
         not_after(operation.data + operation.length, lent_.data() + lent_.size());
}

void UringEngine::prepare(io_uring_sqe* entry, const Operation& operation) const {
  const auto& [direction, file, offset, data, length, tag] = operation;
  const bool is_read = direction == Direction::read;
  if (is_lent(operation)) {
    (is_read ? ::io_uring_prep_read_fixed(entry, file, data, length, offset, 0)
             : ::io_uring_prep_write_fixed(entry, file, data, length, offset, 0));
  } else {
    (is_read ? ::io_uring_prep_read(entry, file, data, length, offset)
             : ::io_uring_prep_write(entry, file, data, length, offset));
  }
  ::io_uring_sqe_set_data64(entry, tag);
}

// Hands the kernel what is prepared: one call, unless it stops at an entry that it refuses (which
// then completes with its error). Short of memory, it is asked again at the next turn.
void UringEngine::flush() {
  while (::io_uring_sq_ready(&ring_) > 0) {
    const int result = ::io_uring_submit(&ring_);
    if (result >= 0 || result == -EINTR) continue;
    check(result == -EAGAIN || result == -EBUSY, "the kernel takes what a ring of its own holds");
    bell_.ring();
    return;
  }
}

// Completions wait in the kernel until this thread asks (DEFER_TASKRUN); peeking alone says there
// are none, and would leave later ones unannounced.
void UringEngine::fetch_deferred() {
  const unsigned flags = IO_URING_READ_ONCE(*ring_.sq.kflags);
  if ((flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0) ::io_uring_get_events(&ring_);
}

std::size_t UringEngine::reap(std::span<Completion> completions) {
  flush();
  fetch_deferred();
  std::array<io_uring_cqe*, kPeekBatch> entries;
  const auto room = static_cast<unsigned>(std::min(completions.size(), entries.size()));
  const unsigned got = ::io_uring_peek_batch_cqe(&ring_, entries.data(), room);
  for (unsigned i = 0; i < got; ++i) {
    completions[i] = {.tag = ::io_uring_cqe_get_data64(entries.at(i)),
                      .result = entries.at(i)->res};
  }
  ::io_uring_cq_advance(&ring_, got);
  in_flight_ -= got;
  return got;
}

}  // namespace

std::unique_ptr<Engine> make_uring_engine(const UringOptions& options) {
  check(options.depth > 0 && options.depth <= kMaxDepth, "a ring holds 1 to 32,768 operations");
  return std::make_unique<UringEngine>(options.depth);
}

}  // namespace spillway::io
