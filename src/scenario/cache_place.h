// CachePlace: the directory that a run keeps its files in, given or temporary.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "tier/cache_directory.h"

namespace spillway::scenario {

// A private directory below the one given, or, with none given, below a temporary one that goes
// with it.
class CachePlace {
 public:
  // Throws Error, as CacheDirectory::open() does.
  explicit CachePlace(const std::string& given);

  const tier::CacheDirectory& directory() const { return *directory_; }
  // Where the private directory lies: on its file system is the space.
  const std::string& parent() const { return parent_; }
  // As CacheDirectory::remove().
  bool remove(const std::function<bool()>& go_on);

 private:
  struct TemporaryDirectory {  // made by us, removed when empty again
    std::string path;
    ~TemporaryDirectory();
  };

  std::unique_ptr<TemporaryDirectory> temporary_;
  std::string parent_;
  std::unique_ptr<tier::CacheDirectory> directory_;
};

}  // namespace spillway::scenario
