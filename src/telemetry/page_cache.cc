// SPDX-License-Identifier: Apache-2.0
#include "telemetry/page_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/unique_fd.h"

namespace spillway::telemetry {
namespace {

constexpr std::uint64_t kRun = 16;  // pages looked at in one call

// A file's pages as addresses; none of them is touched.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) != 0 || status.st_size <= 0) return;
    size_ = static_cast<std::size_t>(status.st_size);
    void* const at = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file.get(), 0);
    if (at != MAP_FAILED) base_ = static_cast<std::byte*>(at);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() {
    if (base_ != nullptr) ::munmap(base_, size_);
  }

  bool is_mapped() const { return base_ != nullptr; }
  std::uint64_t pages() const { return (size_ + page() - 1) / page(); }

  // How many of the pages [first, first + count) are cached; count is at most kRun.
  std::optional<std::uint64_t> cached(std::uint64_t first, std::uint64_t count) const {
    std::array<unsigned char, kRun> flags{};
    if (::mincore(base_ + first * page(), count * page(), flags.data()) != 0) return std::nullopt;
    const auto end = flags.begin() + static_cast<std::ptrdiff_t>(count);
    const auto is_cached = [](unsigned char flag) { return (flag & 1U) != 0; };
    return static_cast<std::uint64_t>(std::count_if(flags.begin(), end, is_cached));
  }

 private:
  static std::size_t page() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

  std::byte* base_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

std::optional<double> cached_share(const std::string& path, std::uint64_t sampled_pages) {
  const MappedFile file(path);
  if (!file.is_mapped()) return std::nullopt;
  const std::uint64_t runs = (file.pages() + kRun - 1) / kRun;
  const std::uint64_t wanted = std::clamp<std::uint64_t>(sampled_pages / kRun, 1, runs);
  std::uint64_t looked_at = 0;
  std::uint64_t cached = 0;
  for (std::uint64_t i = 0; i < wanted; ++i) {
    const std::uint64_t first = runs * i / wanted * kRun;
    const std::uint64_t count = std::min(kRun, file.pages() - first);
    const std::optional<std::uint64_t> found = file.cached(first, count);
    if (!found) return std::nullopt;
    looked_at += count;
    cached += *found;
  }
  return static_cast<double>(cached) / static_cast<double>(looked_at);
}

}  // namespace spillway::telemetry
