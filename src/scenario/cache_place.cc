// SPDX-License-Identifier: Apache-2.0
#include "scenario/cache_place.h"

#include <unistd.h>

#include <cstdlib>

#include "core/error.h"

namespace spillway::scenario {

CachePlace::TemporaryDirectory::~TemporaryDirectory() { ::rmdir(path.c_str()); }

CachePlace::CachePlace(const std::string& given) : parent_(given) {
  if (given.empty()) {
    const char* const base = std::getenv("TMPDIR");
    parent_ = std::string(base != nullptr ? base : "/tmp") + "/spillway-cache-XXXXXX";
    if (::mkdtemp(parent_.data()) == nullptr) throw_errno("make the directory", parent_);
    temporary_ = std::make_unique<TemporaryDirectory>(parent_);
  }
  directory_ = std::make_unique<tier::CacheDirectory>(tier::CacheDirectory::open(parent_));
}

bool CachePlace::remove(const std::function<bool()>& go_on) {
  const bool gone = directory_->remove(go_on);
  if (gone) temporary_.reset();
  return gone;
}

}  // namespace spillway::scenario
