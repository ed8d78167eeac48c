// SPDX-License-Identifier: Apache-2.0
#include "core/aligned_buffer.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

#include "core/error.h"

namespace spillway {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20U;
constexpr std::size_t kPage = 4096;

// Maps `size` bytes (a multiple of 2 MiB) at a multiple of 2 MiB, by mapping more and cutting the
// ends.
std::byte* map_aligned(std::size_t size) {
  void* const raw = ::mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (raw == MAP_FAILED) throw_errno("map", std::to_string(size >> 20U) + " MiB of memory");
  auto* const base = static_cast<std::byte*>(raw);
  const std::size_t misfit = reinterpret_cast<std::uintptr_t>(base) % kHugePage;
  const std::size_t before = misfit == 0 ? 0 : kHugePage - misfit;
  if (before > 0) ::munmap(base, before);
  ::munmap(base + before + size, kHugePage - before);
  return base + before;
}

}  // namespace

AlignedBuffer::AlignedBuffer(Bytes size) : size_(size.count()) {
  if (size_ == 0) return;
  mapped_ = (size_ + kHugePage - 1) / kHugePage * kHugePage;
  data_ = map_aligned(mapped_);
  ::madvise(data_, mapped_, MADV_HUGEPAGE);  // advice: without huge pages it is slower, not wrong
}

AlignedBuffer::AlignedBuffer(AlignedBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mapped_, other.mapped_);
  return *this;
}

AlignedBuffer::~AlignedBuffer() {
  if (data_ != nullptr) ::munmap(data_, mapped_);
}

void AlignedBuffer::prefault() const {
  for (std::size_t at = 0; at < size_; at += kPage) data_[at] = std::byte{0};
}

}  // namespace spillway
