// SPDX-License-Identifier: Apache-2.0
#include "kv/byte_pairs.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <queue>
#include <string_view>
#include <unordered_map>

#include "core/error.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace spillway::kv {

const char* const kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

namespace {

constexpr std::size_t kMostTokens = 4'000'000;
constexpr std::size_t kMostWords = 4096;  // candidates for answers
constexpr std::size_t kShortestWord = 3;
constexpr std::size_t kLongestWord = 12;
constexpr unsigned kBytes = 256;

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};
using Pattern = std::unique_ptr<pcre2_code, FreeCode>;

[[noreturn]] void refuse(const BytePairs& pairs, const std::string& why) {
  throw Error(fmt::format("read the tokenizer {}: {}", pairs.name, why));
}

Pattern compile(const BytePairs& pairs) {
  int error = 0;
  std::size_t offset = 0;
  Pattern code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pairs.pattern.data()),
                             pairs.pattern.size(), PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF,
                             &error, &offset, nullptr));
  if (code) {
    pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);  // where there is none it runs without
    return code;
  }
  std::array<PCRE2_UCHAR, 200> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  refuse(pairs, fmt::format("its pattern is none: {} at {}",
                            reinterpret_cast<const char*>(text.data()), offset));
}

// The character that stands for a byte: printable ones for themselves, the others in order from
// 256.
std::array<char32_t, kBytes> characters_of_bytes() {
  std::array<char32_t, kBytes> characters{};
  char32_t next = kBytes;
  for (unsigned byte = 0; byte < kBytes; ++byte) {
    const bool printable =
        (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    characters.at(byte) = printable ? byte : next++;
  }
  return characters;
}

// Reads characters of the map back into bytes.
class ByteMap {
 public:
  ByteMap() {
    const auto characters = characters_of_bytes();
    for (unsigned byte = 0; byte < kBytes; ++byte) bytes_[characters.at(byte)] = byte;
  }

  // Nothing when a character stands for no byte. All of them have one or two bytes of UTF-8.
  std::optional<std::string> bytes_of(std::string_view text) const {
    std::string bytes;
    for (std::size_t at = 0; at < text.size();) {
      const auto lead = static_cast<unsigned char>(text[at]);
      char32_t character = lead;
      std::size_t length = 1;
      if (lead >= 0xc0 && lead < 0xe0 && at + 1 < text.size()) {
        character = ((lead & 0x1fU) << 6U) | (static_cast<unsigned char>(text[at + 1]) & 0x3fU);
        length = 2;
      }
      const auto found = bytes_.find(character);
      if (found == bytes_.end()) return std::nullopt;
      bytes += static_cast<char>(found->second);
      at += length;
    }
    return bytes;
  }

 private:
  std::unordered_map<char32_t, unsigned> bytes_;
};

struct Merge {
  std::uint32_t rank = 0;
  TokenId result = 0;
};

std::uint64_t key_of(TokenId left, TokenId right) { return (std::uint64_t{left} << 32U) | right; }

// One word on its way from bytes to tokens: a list in which neighbours melt, the earliest merge
// first, of equals the leftmost.
class Word {
 public:
  Word(std::string_view bytes, const std::array<TokenId, kBytes>& tokens,
       const std::unordered_map<std::uint64_t, Merge>& merges)
      : merges_(merges) {
    parts_.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      parts_.push_back({.token = tokens.at(static_cast<unsigned char>(bytes[i])),
                        .previous = i - 1,
                        .next = i + 1});
    }
    for (std::size_t i = 0; i + 1 < parts_.size(); ++i) consider(i);
    while (!wishes_.empty()) merge_next();
  }

  void append_to(std::vector<TokenId>& tokens) const {
    for (std::size_t i = 0; i < parts_.size(); i = parts_[i].next)
      tokens.push_back(parts_[i].token);
  }

 private:
  struct Part {
    TokenId token = 0;
    std::size_t previous = 0;  // beyond the end: none
    std::size_t next = 0;      // likewise
    bool gone = false;
  };
  // Of a pair as it was: by the time it is looked at either side may have melted.
  struct Wish {
    std::uint32_t rank = 0;
    std::size_t left = 0;
    TokenId left_token = 0;
    TokenId right_token = 0;
    TokenId result = 0;

    bool operator<(const Wish& other) const {  // a heap has its largest on top
      return rank != other.rank ? rank > other.rank : left > other.left;
    }
  };

  void consider(std::size_t left) {
    if (left >= parts_.size() || parts_[left].next >= parts_.size()) return;
    const TokenId right = parts_[parts_[left].next].token;
    const auto found = merges_.find(key_of(parts_[left].token, right));
    if (found == merges_.end()) return;
    wishes_.push({.rank = found->second.rank,
                  .left = left,
                  .left_token = parts_[left].token,
                  .right_token = right,
                  .result = found->second.result});
  }

  void merge_next() {
    const Wish wish = wishes_.top();
    wishes_.pop();
    Part& left = parts_[wish.left];
    const std::size_t right_at = left.next;
    if (left.gone || left.token != wish.left_token || right_at >= parts_.size()) return;
    Part& right = parts_[right_at];
    if (right.token != wish.right_token) return;
    left.token = wish.result;
    left.next = right.next;
    right.gone = true;
    if (left.next < parts_.size()) parts_[left.next].previous = wish.left;
    consider(left.previous);
    consider(wish.left);
  }

  const std::unordered_map<std::uint64_t, Merge>& merges_;
  std::vector<Part> parts_;
  std::priority_queue<Wish> wishes_;
};

class BytePairTokenizer final : public Tokenizer {
 public:
  explicit BytePairTokenizer(const BytePairs& pairs)
      : name_(pairs.name),
        pattern_(compile(pairs)),
        space_before_text_(pairs.space_before_text),
        whole_words_first_(pairs.whole_words_first) {
    if (pairs.vocabulary.size() > kMostTokens || pairs.merges.size() > kMostTokens) {
      refuse(pairs, fmt::format("more than {} tokens or merges", kMostTokens));
    }
    read_vocabulary(pairs);
    read_merges(pairs);
    read_added(pairs);
  }

  std::string_view name() const override { return name_; }

  void encode(std::string_view text, std::vector<TokenId>& tokens) const override {
    while (true) {
      const Added next = find_added(text);
      encode_plain(text.substr(0, next.at), tokens);
      if (next.length == 0) return;
      tokens.push_back(next.token);
      text.remove_prefix(next.at + next.length);
    }
  }

  std::size_t count(std::string_view text) const override {
    std::vector<TokenId> tokens;
    encode(text, tokens);
    return tokens.size();
  }

  std::vector<std::string> words() const override {
    std::vector<std::string> found;
    for (const auto& [bytes, token] : tokens_) {
      if (is_word(bytes)) found.push_back(bytes);
    }
    std::ranges::sort(found);
    if (found.size() <= kMostWords) return found;
    std::vector<std::string> spread;  // over the whole alphabet
    spread.reserve(kMostWords);
    for (std::size_t i = 0; i < kMostWords; ++i) {
      spread.push_back(found[i * found.size() / kMostWords]);
    }
    return spread;
  }

 private:
  struct Added {
    std::size_t at = 0;      // the text's end when there is none
    std::size_t length = 0;  // 0: none
    TokenId token = 0;
  };

  static bool is_word(std::string_view bytes) {
    if (bytes.size() < kShortestWord || bytes.size() > kLongestWord || bytes.front() != ' ') {
      return false;
    }
    return std::ranges::all_of(bytes.substr(1), [](char c) { return c >= 'a' && c <= 'z'; });
  }

  void read_vocabulary(const BytePairs& pairs) {
    const ByteMap map;
    for (const auto& [text, token] : pairs.vocabulary) {
      // Special tokens may stand in the vocabulary, too, in letters that stand for no bytes.
      if (const auto bytes = map.bytes_of(text)) tokens_.emplace(*bytes, token);
    }
    for (unsigned byte = 0; byte < kBytes; ++byte) {
      const auto found = tokens_.find(std::string(1, static_cast<char>(byte)));
      if (found == tokens_.end()) {
        refuse(pairs,
               fmt::format("its vocabulary has no token for byte {}: it is not byte-level", byte));
      }
      bytes_.at(byte) = found->second;
    }
  }

  TokenId token_of(const BytePairs& pairs, const ByteMap& map, const std::string& text) const {
    const auto bytes = map.bytes_of(text);
    const auto found = bytes ? tokens_.find(*bytes) : tokens_.end();
    if (found == tokens_.end()) refuse(pairs, fmt::format("a merge needs {}, no token", text));
    return found->second;
  }

  void read_merges(const BytePairs& pairs) {
    const ByteMap map;
    std::uint32_t rank = 0;
    for (const auto& [left, right] : pairs.merges) {
      const TokenId first = token_of(pairs, map, left);
      const TokenId second = token_of(pairs, map, right);
      merges_.try_emplace(key_of(first, second),
                          Merge{.rank = rank++, .result = token_of(pairs, map, left + right)});
    }
  }

  void read_added(const BytePairs& pairs) {
    for (const auto& [text, token] : pairs.added) {
      if (text.empty()) refuse(pairs, "an added token is empty");
      added_.emplace_back(text, token);
    }
    // Of those that begin at one place the longest counts.
    std::ranges::sort(added_, [](const auto& a, const auto& b) {
      return a.first.size() != b.first.size() ? a.first.size() > b.first.size() : a < b;
    });
    for (const auto& [text, token] : added_) {
      starts_.at(static_cast<unsigned char>(text.front())) = true;
    }
  }

  Added find_added(std::string_view text) const {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (!starts_.at(static_cast<unsigned char>(text[at]))) continue;
      for (const auto& [added, token] : added_) {
        if (text.substr(at).starts_with(added)) {
          return {.at = at, .length = added.size(), .token = token};
        }
      }
    }
    return {.at = text.size()};
  }

  void encode_plain(std::string_view text, std::vector<TokenId>& tokens) const {
    if (text.empty()) return;
    if (!space_before_text_ || text.front() == ' ') {
      encode_words(text, tokens);
    } else {
      encode_words(" " + std::string(text), tokens);
    }
  }

  void encode_words(std::string_view text, std::vector<TokenId>& tokens) const {
    const std::unique_ptr<pcre2_match_data, FreeMatch> match(
        pcre2_match_data_create_from_pattern(pattern_.get(), nullptr));
    check(match != nullptr, "there is memory for a match");
    std::size_t from = 0;
    while (from < text.size()) {
      const int found = pcre2_match(pattern_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
                                    text.size(), from, 0, match.get(), nullptr);
      if (found < 0) break;
      const std::size_t* const ends = pcre2_get_ovector_pointer(match.get());
      if (ends[1] <= from) break;  // an empty match gets nowhere
      if (ends[0] > from) encode_word(text.substr(from, ends[0] - from), tokens);
      encode_word(text.substr(ends[0], ends[1] - ends[0]), tokens);
      from = ends[1];
    }
    if (from < text.size()) encode_word(text.substr(from), tokens);
  }

  void encode_word(std::string_view word, std::vector<TokenId>& tokens) const {
    if (word.empty()) return;
    if (whole_words_first_) {
      const auto known = tokens_.find(std::string(word));
      if (known != tokens_.end()) {
        tokens.push_back(known->second);
        return;
      }
    }
    Word(word, bytes_, merges_).append_to(tokens);
  }

  std::string name_;
  Pattern pattern_;
  bool space_before_text_;
  bool whole_words_first_;
  std::unordered_map<std::string, TokenId> tokens_;  // by their bytes
  std::array<TokenId, kBytes> bytes_{};
  std::unordered_map<std::uint64_t, Merge> merges_;
  std::vector<std::pair<std::string, TokenId>> added_;  // the longest first
  std::array<bool, kBytes> starts_{};                   // bytes that an added one begins with
};

}  // namespace

std::unique_ptr<Tokenizer> make_byte_pairs(const BytePairs& pairs) {
  return std::make_unique<BytePairTokenizer>(pairs);
}

}  // namespace spillway::kv
