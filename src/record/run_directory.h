// RunDirectory: the files of one run appear under their final name all at once, or not at all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

namespace spillway::record {

// Works in a sibling, "<path>.partial-<pid>", and renames it when the run is over. Without commit()
// the destructor removes what is unfinished: the sibling, and only files that came through write()
// or path_of(). What it did not make stays, and then so does the sibling.
// Not thread-safe.
class RunDirectory {
 public:
  // Refuses, before anything has been measured, a path that exists (unless it is an empty
  // directory) and a parent that cannot be written to, or is missing: a mistyped path; only one
  // that we thought of ourselves is made, and goes again when nothing comes of the run. Throws
  // Error.
  enum class Parent : std::uint8_t { must_exist, is_made };
  explicit RunDirectory(const std::string& path, Parent parent = Parent::must_exist);
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;
  ~RunDirectory();

  // Writes a whole file and makes it durable. Throws Error.
  void write(std::string_view name, std::string_view text);
  // Where a file of this name is to be written by somebody else; after commit() its final place.
  std::string path_of(std::string_view name);

  // The name to tell people: where the files are, or will be.
  const std::string& path() const { return path_; }

  // Gives the directory its final name, durably. What was not written with write() is expected to
  // be durable already. Throws Error when somebody else has taken the name: the files then stay
  // where they are, and the Error says where.
  void commit();
  // The run failed in a way that makes its files worth looking at: keeps the partial directory.
  // Returns its path.
  const std::string& keep_partial();

 private:
  std::string path_;
  std::string partial_;
  std::string made_parent_;  // empty when it was there
  std::set<std::string, std::less<>> names_;
  bool finished_ = false;
};

}  // namespace spillway::record
