// Faults: gathers what is wrong with many things, so that one Error names all of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/error.h"

namespace spillway::scenario {

class Faults {
 public:
  void add(const std::string& text) { lines_.append(lines_.empty() ? "" : "\n").append(text); }

  // Does something that may throw Error, of which the text is kept.
  template <typename Action>
  void attempt(Action action) {
    try {
      action();
    } catch (const Error& error) {
      add(error.what());
    }
  }

  // Throws one Error with a line for each fault; does nothing when there is none.
  void raise() const {
    if (!lines_.empty()) throw Error(lines_);
  }

 private:
  std::string lines_;
};

}  // namespace spillway::scenario
