// SPDX-License-Identifier: Apache-2.0
#include "scenario/tokenizer_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

using Tokens = std::vector<kv::TokenId>;

const std::string kData = std::string(SPILLWAY_SOURCE_DIR) + "/tests/data/tokenizer/";

Tokens tokens_of(const std::string& path, std::string_view text) {
  Tokens tokens;
  make_tokenizer(path)->encode(text, tokens);
  return tokens;
}

// The ids are in tests/data/tokenizer/PROVENANCE.md; each word's merges were done by hand.
TEST(TokenizerFileTest, ReadsAFileAsGpt2Has) {
  EXPECT_EQ(tokens_of(kData + "gpt2_like.json", "low lower newest 12345 \u00e4<|eot|>!"),
            (Tokens{257, 263, 262, 'e', 's', 't', ' ', 265, '3', '4', '5', ' ', 264, 266, '!'}));
  EXPECT_EQ(tokens_of(kData + "gpt2_like.json", "<|eot|>x"), Tokens{267});
}

// Numbers in threes, a blank apart from them, and a word of the vocabulary before any merge.
TEST(TokenizerFileTest, ReadsAFileAsLlama3Has) {
  EXPECT_EQ(tokens_of(kData + "llama3_like.json", "low 12345wer"),
            (Tokens{257, ' ', 265, '3', '4', '5', 268}));
  EXPECT_EQ(tokens_of(kData + "gpt2_like.json", "wer"), (Tokens{'w', 259}));
}

TEST(TokenizerFileTest, TheEstimatorHasNoFile) {
  EXPECT_EQ(make_tokenizer("heuristic")->name(), "heuristic");
  EXPECT_EQ(make_tokenizer("auto")->name(), "heuristic");
}

TEST(TokenizerFileTest, ADirectoryHasItsFile) {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("tokenizer.json"))
      << std::ifstream(kData + "gpt2_like.json").rdbuf();
  EXPECT_EQ(tokens_of(directory.path(), "low"), Tokens{257});
}

// Puts `to` in the place of `from` in the file, and returns what is said about it.
std::string complaint(const std::string& from, const std::string& to) {
  std::ifstream file(kData + "gpt2_like.json");
  std::string text(std::istreambuf_iterator<char>(file), {});
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  try {
    byte_pairs_of(text::parse_json(text, "t.json"), "t.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string complaint_of_steps(const std::string& pre_tokenizer) {
  return complaint(R"("pre_tokenizer": {)"
                   "\n"
                   R"("type": "ByteLevel",)"
                   "\n"
                   R"("add_prefix_space": false,)"
                   "\n"
                   R"("trim_offsets": true,)"
                   "\n"
                   R"("use_regex": true)"
                   "\n}",
                   R"("pre_tokenizer": )" + pre_tokenizer);
}

TEST(TokenizerFileTest, SaysWhatItDoesNotSupport) {
  EXPECT_NE(complaint(R"("type": "BPE")", R"("type": "WordPiece")").find("expected BPE"),
            std::string::npos);
  EXPECT_NE(complaint(R"("normalizer": null)", R"("normalizer": {"type": "NFC"})")
                .find("t.json: normalizer"),
            std::string::npos);
  EXPECT_NE(
      complaint(R"("type": "ByteLevel")", R"("type": "Metaspace")").find("ByteLevel, or a Split"),
      std::string::npos);
  EXPECT_NE(complaint(R"("use_regex": true)", R"("use_regex": false)").find("its own pattern"),
            std::string::npos);
  EXPECT_NE(complaint(R"("dropout": null)", R"("dropout": 0.1)").find("dropout"),
            std::string::npos);
  EXPECT_NE(
      complaint(R"("byte_fallback": false)", R"("byte_fallback": true)").find("byte_fallback"),
      std::string::npos);
  EXPECT_NE(complaint(R"("l o")", R"("lo")").find("a space between"), std::string::npos);
  EXPECT_NE(complaint(R"("id": 266)", R"("id": -1)"), "");
  EXPECT_EQ(complaint(R"("dropout": null)", R"("dropout": null)"), "");
  EXPECT_THROW(make_tokenizer("/no/such/tokenizer.json"), Error);
}

// Each of these would give other tokens than the model's own tokenizer.
TEST(TokenizerFileTest, RefusesStepsThatItWouldGetWrong) {
  const std::string byte_level = R"({"type": "ByteLevel", "add_prefix_space": false, )"
                                 R"("trim_offsets": true, "use_regex": true})";
  const std::string split =
      R"({"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "Isolated"})";
  const std::string plain = R"({"type": "ByteLevel", "use_regex": false})";
  const auto steps = [&](const std::string& list) {
    return complaint_of_steps(R"({"type": "Sequence", "pretokenizers": [)" + list + "]}");
  };
  EXPECT_EQ(steps(split + "," + plain), "");
  EXPECT_NE(steps(split + "," + byte_level).find("use_regex false"), std::string::npos);
  EXPECT_NE(steps(split + R"(, {"type": "ByteLevel"})").find("use_regex false"), std::string::npos);
  EXPECT_NE(steps(split + "," + split + "," + plain).find("one Split"), std::string::npos);
  EXPECT_NE(steps(byte_level + "," + split).find("one Split"), std::string::npos);
  EXPECT_NE(steps(byte_level + "," + byte_level).find("one ByteLevel"), std::string::npos);
  EXPECT_NE(steps(split).find("a ByteLevel"), std::string::npos);
  EXPECT_NE(
      steps(split + R"(, {"type": "ByteLevel", "use_regex": false, "add_prefix_space": true})")
          .find("no add_prefix_space"),
      std::string::npos);
  EXPECT_NE(complaint(R"("special": true)", R"("special": true, "rstrip": true)").find("rstrip"),
            std::string::npos);
}

}  // namespace
}  // namespace spillway::scenario
