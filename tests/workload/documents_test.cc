// SPDX-License-Identifier: Apache-2.0
#include "workload/documents.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace spillway::workload {
namespace {

RagOptions options(std::uint32_t documents) {
  RagOptions made;
  made.documents = documents;
  return made;
}

Random stream(std::uint64_t request) {
  return Random({.seed = 1, .purpose = Purpose::retrieval, .user = 9, .request = request});
}

TEST(Documents, AreCutIntoChunksOfWhichTheLastIsTheRest) {
  const Documents documents(options(20), 42);
  for (std::uint32_t i = 0; i < documents.count(); ++i) {
    const std::vector<kv::Piece> chunks = documents.chunks(i);
    Tokens sum;
    for (std::size_t c = 0; c < chunks.size(); ++c) {
      if (c + 1 < chunks.size()) EXPECT_EQ(chunks[c].tokens, Tokens(512));
      EXPECT_GT(chunks[c].tokens, Tokens(0));
      EXPECT_EQ(chunks[c].role, kv::Role::retrieved);
      sum += chunks[c].tokens;
    }
    EXPECT_GE(sum, Tokens(4000));
    EXPECT_LE(sum, Tokens(12000));
  }
}

TEST(Documents, AQueryFindsDistinctChunksOfOneDocument) {
  const Documents documents(options(10), 42);
  for (std::uint64_t i = 0; i < 200; ++i) {
    Random random = stream(i);
    const std::vector<kv::Piece> found = documents.retrieve(random);
    EXPECT_EQ(found.size(), 5U);
    std::set<std::uint64_t> ids;
    for (const kv::Piece& piece : found) ids.insert(piece.id);
    EXPECT_EQ(ids.size(), found.size());
    bool in_one = false;
    for (std::uint32_t d = 0; d < documents.count(); ++d) {
      std::size_t here = 0;
      for (const kv::Piece& chunk : documents.chunks(d)) here += ids.count(chunk.id);
      in_one = in_one || here == found.size();
    }
    EXPECT_TRUE(in_one);
  }
}

TEST(Documents, AShortDocumentIsFoundWhole) {
  RagOptions few = options(1);
  few.document_tokens = {.low = 600, .high = 600};
  const Documents documents(few, 42);
  Random random = stream(0);
  EXPECT_EQ(documents.retrieve(random), documents.chunks(0));
}

// One chunk of two: the first is drawn with weight 1 of 1.5, or 1 of 2.
TEST(Documents, ZipfPrefersTheBeginning) {
  for (const Retrieval retrieval : {Retrieval::zipfian, Retrieval::uniform}) {
    RagOptions one = options(1);
    one.document_tokens = {.low = 1024, .high = 1024};
    one.top_chunks = 1;
    one.retrieval = retrieval;
    const Documents documents(one, 42);
    const std::uint64_t first = documents.chunks(0).front().id;
    int hits = 0;
    for (std::uint64_t i = 0; i < 6000; ++i) {
      Random random = stream(i);
      if (documents.retrieve(random).front().id == first) ++hits;
    }
    EXPECT_NEAR(hits, retrieval == Retrieval::zipfian ? 4000 : 3000, 150);
  }
}

TEST(Documents, OnlyTheLatestAreKept) {
  RagOptions some = options(10);
  some.most_documents = 3;
  const Documents documents(some, 42);
  EXPECT_EQ(documents.first_kept(), 7U);
  std::set<std::uint64_t> dropped;
  for (std::uint32_t d = 0; d < 7; ++d) {
    for (const kv::Piece& chunk : documents.chunks(d)) dropped.insert(chunk.id);
  }
  for (std::uint64_t i = 0; i < 200; ++i) {
    Random random = stream(i);
    for (const kv::Piece& piece : documents.retrieve(random)) {
      EXPECT_FALSE(dropped.contains(piece.id));
    }
  }
}

}  // namespace
}  // namespace spillway::workload
