// Table: rows of text in aligned columns, for a terminal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace spillway::report {

// The first column is aligned to the left, the others to the right; each is as wide as its widest
// cell. A missing value is "-", never 0.
class Table {
 public:
  // The first row is the heading.
  explicit Table(std::vector<std::string> heading) { rows_.push_back(std::move(heading)); }

  // Has as many cells as the heading.
  void add(std::vector<std::string> row);
  bool empty() const { return rows_.size() == 1; }

  // Lines that begin with `indent` spaces and end with a newline, without trailing blanks.
  std::string text(std::size_t indent = 2) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace spillway::report
