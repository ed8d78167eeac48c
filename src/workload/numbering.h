// Numbers names in the order in which they appear first. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>

namespace spillway::workload {

template <typename Name>
class Numbering {
 public:
  // From 0; the same name has the same number.
  std::uint32_t number_of(Name name) {
    return numbers_.try_emplace(std::move(name), size()).first->second;
  }

  // How many names there have been.
  std::uint32_t size() const { return static_cast<std::uint32_t>(numbers_.size()); }

 private:
  std::unordered_map<Name, std::uint32_t> numbers_;
};

}  // namespace spillway::workload
