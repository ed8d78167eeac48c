// Byte pairs: the tokenizer of a model, out of what its Hugging Face tokenizer.json has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kv/tokenizer.h"

namespace spillway::kv {

// A byte-level vocabulary: bytes stand in it as the characters that GPT-2 gave them (Radford et
// al., "Language Models are Unsupervised Multitask Learners", 2019, section 2.2, and its
// encoder.py).
struct BytePairs {
  std::string name;  // of the tokenizer, for records
  std::vector<std::pair<std::string, TokenId>> vocabulary;
  std::vector<std::pair<std::string, std::string>> merges;  // the first is done first
  std::vector<std::pair<std::string, TokenId>> added;       // plain text, matched before all else
  // Cuts text into words, within which merges stay; what it does not match is a word, too. PCRE2.
  std::string pattern;
  bool space_before_text = false;  // add_prefix_space
  bool whole_words_first = false;  // ignore_merges: a word of the vocabulary needs none
};

// GPT-2's, which a ByteLevel pre-tokenizer has unless a Split stands before it.
extern const char* const kGpt2Pattern;

// Throws Error for a byte without a token, a merge or added token outside of the vocabulary, and a
// pattern that is none.
std::unique_ptr<Tokenizer> make_byte_pairs(const BytePairs& pairs);

}  // namespace spillway::kv
