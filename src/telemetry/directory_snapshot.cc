// SPDX-License-Identifier: Apache-2.0
#include "telemetry/directory_snapshot.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "record/new_file.h"

namespace spillway::telemetry {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kAllocationUnit = 512;  // of st_blocks, whatever the file system's own is

UtcTime utc_of(const timespec& time) {
  const auto since = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  return UtcTime(std::chrono::floor<UtcTime::duration>(since));
}

std::optional<SnapshotFile> regular_file(const std::string& path, const std::string& below) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return SnapshotFile{.path = below,
                      .bytes = static_cast<std::uint64_t>(status.st_size),
                      .disk_bytes = static_cast<std::uint64_t>(status.st_blocks) * kAllocationUnit,
                      .modified = utc_of(status.st_mtim)};
}

void walk(const fs::path& directory, int depth, std::size_t most_files,
          DirectorySnapshot& snapshot) {
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  if (error) {
    // A directory that went away meanwhile holds nothing.
    if (error != std::errc::no_such_file_or_directory) snapshot.whole = false;
    return;
  }
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    if (fs::is_directory(entry->symlink_status(gone))) {
      if (depth < kSnapshotDepth) walk(entry->path(), depth + 1, most_files, snapshot);
      continue;
    }
    const std::string path = entry->path().string();
    const auto file = regular_file(path, path.substr(snapshot.directory.size() + 1));
    if (!file) continue;
    if (snapshot.files.size() == most_files) {
      snapshot.whole = false;
      return;
    }
    snapshot.files.push_back(*file);
  }
  if (error) snapshot.whole = false;
}

void add(FileSum& sum, const SnapshotFile& file) {
  ++sum.files;
  sum.bytes += file.bytes;
}

// Of directories one and two levels below.
std::map<std::string, std::uint64_t> sums_by_directory(const DirectorySnapshot& snapshot) {
  std::map<std::string, std::uint64_t> sums;
  for (const SnapshotFile& file : snapshot.files) {
    const std::size_t first = file.path.find('/');
    if (first == std::string::npos) continue;
    sums[file.path.substr(0, first)] += file.disk_bytes;
    const std::size_t second = file.path.find('/', first + 1);
    if (second != std::string::npos) sums[file.path.substr(0, second)] += file.disk_bytes;
  }
  return sums;
}

std::string summary_text(const DirectorySnapshot& snapshot) {
  std::string text =
      fmt::format("timestamp_utc={}\ncache_dir={}\n", utc_text(snapshot.taken), snapshot.directory);
  if (snapshot.missing) return text + "cache_dir_missing=1\n";
  std::uint64_t disk_bytes = 0;
  for (const SnapshotFile& file : snapshot.files) disk_bytes += file.disk_bytes;
  text += fmt::format("whole={}\ndisk_bytes={}\n", snapshot.whole ? 1 : 0, disk_bytes);
  for (const auto& [directory, sum] : sums_by_directory(snapshot)) {
    text += fmt::format("disk_bytes {} {}\n", sum, directory);
  }
  return text + fmt::format("file_count={}\nbytes={}\n", snapshot.files.size(), snapshot.bytes());
}

std::string files_text(const DirectorySnapshot& snapshot) {
  std::string text;
  for (const SnapshotFile& file : snapshot.files) {
    text += fmt::format("{} {} {}\n", utc_text(file.modified), file.bytes, file.path);
  }
  return text;
}

}  // namespace

std::uint64_t DirectorySnapshot::bytes() const {
  std::uint64_t sum = 0;
  for (const SnapshotFile& file : files) sum += file.bytes;
  return sum;
}

std::optional<UtcTime> DirectorySnapshot::newest() const {
  const auto last = std::ranges::max_element(files, {}, &SnapshotFile::modified);
  return last == files.end() ? std::nullopt : std::optional(last->modified);
}

DirectorySnapshot directory_snapshot(const std::string& directory, UtcTime now,
                                     std::size_t most_files) {
  DirectorySnapshot snapshot;
  snapshot.directory = directory;
  while (snapshot.directory.ends_with('/')) snapshot.directory.pop_back();
  snapshot.taken = now;
  std::error_code error;
  const fs::directory_iterator readable(directory, error);
  snapshot.missing = static_cast<bool>(error);
  if (snapshot.missing) return snapshot;
  walk(snapshot.directory + "/", 1, most_files, snapshot);
  std::ranges::sort(snapshot.files, {}, &SnapshotFile::path);
  return snapshot;
}

std::optional<DirectoryChurn> directory_churn(const DirectorySnapshot& before,
                                              const DirectorySnapshot& after) {
  if (!before.whole || !after.whole) return std::nullopt;
  DirectoryChurn churn;
  auto old = before.files.begin();
  for (const SnapshotFile& file : after.files) {
    add(churn.after, file);
    for (; old != before.files.end() && old->path < file.path; ++old) add(churn.vanished, *old);
    if (old == before.files.end() || old->path != file.path) {
      add(churn.appeared, file);
      continue;
    }
    if (old->bytes != file.bytes || old->modified != file.modified) add(churn.changed, file);
    ++old;
  }
  for (; old != before.files.end(); ++old) add(churn.vanished, *old);
  return churn;
}

void write_directory_snapshot(const DirectorySnapshot& snapshot, const std::string& label,
                              const std::string& into) {
  const std::string name = fmt::format("{}/kvbm_{}_{}", into, label, utc_token(snapshot.taken));
  record::write_new_file(name + ".txt", summary_text(snapshot));
  if (!snapshot.missing) record::write_new_file(name + "_files.txt", files_text(snapshot));
}

}  // namespace spillway::telemetry
