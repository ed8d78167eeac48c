// SPDX-License-Identifier: Apache-2.0
#include "kv/estimator.h"

#include "core/error.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace spillway::kv {
namespace {

enum class Kind : std::uint8_t { word, space, mark };

// One character and how many bytes it has.
struct Character {
  Kind kind;
  std::size_t bytes;
};

constexpr unsigned char kLastAscii = 127;

// Python counts the four separators 0x1c to 0x1f as spaces; C does not.
Kind kind_of_ascii(unsigned char c) {
  const auto lower = static_cast<unsigned char>(c | 0x20U);
  if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_') return Kind::word;
  if (c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f)) return Kind::space;
  return Kind::mark;
}

// Bytes that a character takes according to its first byte; 1 for what cannot be a first byte.
std::size_t length_said_by(unsigned char lead) {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

// The properties are spelt out, as the meaning of \w changed with PCRE2 10.43.
constexpr std::string_view kPattern = R"(([\p{L}\p{N}])|[\p{Z}\x{85}])";

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};

std::unique_ptr<pcre2_code, FreeCode> compile() {
  int error = 0;
  std::size_t offset = 0;
  std::unique_ptr<pcre2_code, FreeCode> code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(kPattern.data()), kPattern.size(),
                    PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &error, &offset, nullptr));
  check(code != nullptr, "the estimator's own pattern compiles");
  return code;
}

// Reads the characters of one text.
class Scanner {
 public:
  explicit Scanner(const pcre2_code* code)
      : code_(code), match_(pcre2_match_data_create_from_pattern(code, nullptr)) {
    check(match_ != nullptr, "there is memory for a match");
  }

  Character first(std::string_view text) const {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead <= kLastAscii) return {.kind = kind_of_ascii(lead), .bytes = 1};
    return foreign(text.substr(0, length_said_by(lead)));
  }

 private:
  // pcre2 looks at this character alone, and refuses it when it is not UTF-8.
  Character foreign(std::string_view one) const {
    const int groups = pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(one.data()), one.size(), 0,
                                   0, match_.get(), nullptr);
    if (groups == 2) return {.kind = Kind::word, .bytes = one.size()};
    if (groups == 1) return {.kind = Kind::space, .bytes = one.size()};
    return {.kind = Kind::mark, .bytes = groups == PCRE2_ERROR_NOMATCH ? one.size() : 1};
  }

  const pcre2_code* code_;
  std::unique_ptr<pcre2_match_data, FreeMatch> match_;
};

class Estimator : public Tokenizer {
 public:
  std::string_view name() const override { return "heuristic"; }

  void encode(std::string_view text, std::vector<TokenId>& tokens) const override {
    for_each_token(text, [&tokens](std::string_view token) {
      tokens.push_back(static_cast<TokenId>(XXH3_64bits(token.data(), token.size())));
    });
  }

  std::size_t count(std::string_view text) const override {
    std::size_t found = 0;
    for_each_token(text, [&found](std::string_view) { ++found; });
    return found;
  }

 private:
  template <typename Take>
  void for_each_token(std::string_view text, const Take& take) const {
    const Scanner scanner(code_.get());
    std::size_t word = 0;  // where the run of word characters that ends at `at` began
    for (std::size_t at = 0; at < text.size();) {
      const Character character = scanner.first(text.substr(at));
      const std::size_t end = at + character.bytes;
      if (character.kind != Kind::word) {
        if (word < at) take(text.substr(word, at - word));
        if (character.kind == Kind::mark) take(text.substr(at, character.bytes));
        word = end;
      }
      at = end;
    }
    if (word < text.size()) take(text.substr(word));
  }

  std::unique_ptr<pcre2_code, FreeCode> code_ = compile();
};

}  // namespace

std::unique_ptr<Tokenizer> make_estimator() { return std::make_unique<Estimator>(); }

}  // namespace spillway::kv
