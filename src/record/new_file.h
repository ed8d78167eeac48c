// NewFile: a file of results that is there under its own name once it is whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace spillway::record {

// Writes "<path>.part", which goes away again unless keep() gives it its name; a file of that name
// is replaced only then. Throws Error.
class NewFile {
 public:
  explicit NewFile(const std::string& path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  void write(std::string_view text);
  void keep();
  // Where it is until then, for a library that writes by name.
  const std::string& draft() const { return draft_; }

 private:
  std::string path_;
  std::string draft_;
  std::FILE* file_ = nullptr;
};

// A file of this text, whole.
void write_new_file(const std::string& path, std::string_view text);

// Throws Error when `path` could not be written: to be asked before a run, not after it.
void check_writable(const std::string& path);

}  // namespace spillway::record
