// SPDX-License-Identifier: Apache-2.0
#include "io/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "core/error.h"
#include "core/size_text.h"

namespace spillway::io {
namespace {

// Magic numbers that <linux/magic.h> lacks; from the file systems' own headers.
constexpr std::uint64_t kXfsMagic = 0x58465342;
constexpr std::uint64_t kZfsMagic = 0x2fc12fc1;
constexpr std::uint64_t kFuseMagic = 0x65735546;
constexpr std::uint64_t kCifsMagic = 0xff534d42;
constexpr std::uint64_t kLustreMagic = 0x0bd00bd0;

constexpr std::array<std::pair<std::uint64_t, const char*>, 12> kFileSystems = {{
    {EXT4_SUPER_MAGIC, "ext4"},
    {kXfsMagic, "xfs"},
    {BTRFS_SUPER_MAGIC, "btrfs"},
    {F2FS_SUPER_MAGIC, "f2fs"},
    {TMPFS_MAGIC, "tmpfs"},
    {RAMFS_MAGIC, "ramfs"},
    {NFS_SUPER_MAGIC, "nfs"},
    {OVERLAYFS_SUPER_MAGIC, "overlayfs"},
    {kZfsMagic, "zfs"},
    {kFuseMagic, "fuse"},
    {kCifsMagic, "cifs"},
    {kLustreMagic, "lustre"},
}};

constexpr Bytes kSafeAlignment = 4_KiB;
constexpr mode_t kOwnerOnly = 0600;  // KV caches hold what users said

int flags_of(const OpenOptions& options) {
  return O_CLOEXEC | (options.write ? O_RDWR : O_RDONLY) | (options.direct ? O_DIRECT : 0);
}

struct Opened {
  UniqueFd file;
  bool made = false;  // by this call
  int error = 0;
};

// Linux makes the file first and refuses O_DIRECT afterwards, so one that was made has to go again.
Opened try_open(const std::string& path, const OpenOptions& options) {
  const int flags = flags_of(options);
  if (options.create) {
    UniqueFd file(::open(path.c_str(), flags | O_CREAT | O_EXCL, kOwnerOnly));
    if (file) return {.file = std::move(file), .made = true};
    const int error = errno;
    if (error == EINVAL) ::unlink(path.c_str());
    if (error != EEXIST) return {.file = UniqueFd(), .error = error};
  }
  UniqueFd file(::open(path.c_str(), flags));
  const int error = file ? 0 : errno;
  return {.file = std::move(file), .error = error};
}

[[noreturn]] void refuse_direct(const std::string& path) {
  throw Error(fmt::format(
      "open {}: {} has no direct I/O, so that memory would be measured instead of a device; use a "
      "directory on a disk, or --buffered to measure it all the same",
      path, file_system_of(path)));
}

Bytes allocated(int file) {
  struct stat answer{};
  if (::fstat(file, &answer) != 0) throw_errno("look at", "an open file");
  return Bytes(static_cast<std::uint64_t>(answer.st_blocks) * 512);  // the unit of st_blocks
}

int reserve(int file, Bytes wanted) {
  while (::fallocate(file, 0, 0, static_cast<off_t>(wanted.count())) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

// Asks for the free space first: a call that fails has filled the disk before it says so.
void preallocate(const Opened& opened, const std::string& path, Bytes wanted) {
  const Bytes free = free_space(path);
  const Bytes missing = wanted - std::min(wanted, allocated(opened.file.get()));
  const int error = missing > free ? ENOSPC : reserve(opened.file.get(), wanted);
  if (error == 0) return;
  if (opened.made) ::unlink(path.c_str());
  const std::string size = size_text(wanted);
  if (error == ENOSPC) {
    throw Error(fmt::format("preallocate {} for {}: only {} free there; make room, or ask for less",
                            size, path, size_text(free)));
  }
  if (error == EOPNOTSUPP) {
    throw Error(fmt::format("preallocate {} for {}: {} cannot reserve space; use another directory",
                            size, path, file_system_of(path)));
  }
  throw_errno("preallocate " + size + " for", path, error);
}

// The directory of a path that may not exist yet.
std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

UniqueFd open_file(const std::string& path, const OpenOptions& options) {
  if (options.direct && lives_in_memory(file_system_of(path))) refuse_direct(path);
  Opened opened = try_open(path, options);
  if (!opened.file) {
    if (opened.error == EINVAL && options.direct) refuse_direct(path);
    throw_errno("open", path, opened.error);
  }
  if (options.preallocate > Bytes(0)) preallocate(opened, path, options.preallocate);
  return std::move(opened.file);
}

Alignment alignment_of(int file) {
  struct statx answer{};
  const int failed = ::statx(file, "", AT_EMPTY_PATH, STATX_DIOALIGN, &answer);
  const bool known = failed == 0 && (answer.stx_mask & STATX_DIOALIGN) != 0 &&
                     answer.stx_dio_mem_align > 0 && answer.stx_dio_offset_align > 0;
  if (!known) return {.memory = kSafeAlignment, .offset = kSafeAlignment, .known = false};
  return {.memory = Bytes(answer.stx_dio_mem_align),
          .offset = Bytes(answer.stx_dio_offset_align),
          .known = true};
}

std::string file_system_of(const std::string& path) {
  struct statfs answer{};
  if (::statfs(path.c_str(), &answer) != 0 && ::statfs(directory_of(path).c_str(), &answer) != 0) {
    throw_errno("look at the file system of", path);
  }
  const auto magic = static_cast<std::uint64_t>(answer.f_type) & 0xffffffffU;
  for (const auto& [known, name] : kFileSystems) {
    if (known == magic) return name;
  }
  return fmt::format("file system {:#x}", magic);
}

bool lives_in_memory(std::string_view file_system) {
  return file_system == "tmpfs" || file_system == "ramfs";
}

Bytes free_space(const std::string& path) {
  struct statvfs answer{};
  if (::statvfs(path.c_str(), &answer) != 0 &&
      ::statvfs(directory_of(path).c_str(), &answer) != 0) {
    throw_errno("look at the free space of", path);
  }
  return Bytes(std::uint64_t{answer.f_bavail} * answer.f_frsize);
}

}  // namespace spillway::io
