// SPDX-License-Identifier: Apache-2.0
#include "workload/documents.h"

#include <algorithm>

#include "core/error.h"
#include "workload/content_id.h"

namespace spillway::workload {

Documents::Documents(const RagOptions& options, std::uint64_t seed) : options_(options) {
  check(options.chunk_tokens > Tokens(0), "a chunk has tokens");
  for (std::uint32_t document = 0; document < options.documents; ++document) {
    Random random({.seed = seed, .purpose = Purpose::retrieval, .user = document, .request = 0});
    lengths_.push_back(
        random.uniform_int(options.document_tokens.low, options.document_tokens.high));
  }
}

std::uint32_t Documents::first_kept() const {
  if (options_.most_documents == 0 || options_.most_documents >= count()) return 0;
  return count() - options_.most_documents;
}

std::uint64_t Documents::chunks_of(std::uint32_t document) const {
  const std::uint64_t each = options_.chunk_tokens.count();
  return (lengths_.at(document) + each - 1) / each;
}

kv::Piece Documents::chunk(std::uint32_t document, std::uint64_t number) const {
  const std::uint64_t each = options_.chunk_tokens.count();
  return {.id = content_id(ContentKind::chunk, document, number),
          .tokens = Tokens(std::min(each, lengths_.at(document) - number * each)),
          .role = kv::Role::retrieved};
}

std::vector<kv::Piece> Documents::chunks(std::uint32_t document) const {
  std::vector<kv::Piece> all;
  for (std::uint64_t i = 0; i < chunks_of(document); ++i) all.push_back(chunk(document, i));
  return all;
}

std::vector<kv::Piece> Documents::retrieve(Random& random) const {
  const auto document = static_cast<std::uint32_t>(random.uniform_int(first_kept(), count() - 1));
  std::vector<double> weights(chunks_of(document), 1.0);
  double left = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (options_.retrieval == Retrieval::zipfian) weights[i] = 1.0 / static_cast<double>(i + 1);
    left += weights[i];
  }
  std::vector<std::uint64_t> found;
  while (found.size() < std::min<std::size_t>(options_.top_chunks, weights.size())) {
    double at = random.uniform() * left;
    std::size_t i = 0;
    while (i + 1 < weights.size() && (weights[i] == 0 || at >= weights[i])) at -= weights[i++];
    while (weights[i] == 0) --i;  // rounding went past the last that is left
    left -= weights[i];
    weights[i] = 0;
    found.push_back(i);
  }
  std::ranges::sort(found);
  std::vector<kv::Piece> pieces;
  for (const std::uint64_t number : found) pieces.push_back(chunk(document, number));
  return pieces;
}

}  // namespace spillway::workload
