// Documents: what retrieval-augmented requests read, and which chunks a query finds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/random.h"
#include "kv/prompt.h"
#include "workload/session_options.h"

namespace spillway::workload {

// A pure function of its options and the seed; no content, and no more memory than a number a
// document.
class Documents {
 public:
  Documents(const RagOptions& options, std::uint64_t seed);

  std::uint32_t count() const { return static_cast<std::uint32_t>(lengths_.size()); }
  // The first of those that are kept when only the latest are.
  std::uint32_t first_kept() const;
  // A document as it is ingested: chunks of equal length, but for the last.
  std::vector<kv::Piece> chunks(std::uint32_t document) const;

  // What a query finds: a kept document, and distinct chunks of it in the order of their places.
  // zipfian: chunk i weighs 1 / (i + 1), so a document's beginning is read most.
  std::vector<kv::Piece> retrieve(Random& random) const;

 private:
  std::uint64_t chunks_of(std::uint32_t document) const;
  kv::Piece chunk(std::uint32_t document, std::uint64_t number) const;

  RagOptions options_;
  std::vector<std::uint64_t> lengths_;  // tokens
};

}  // namespace spillway::workload
