// SPDX-License-Identifier: Apache-2.0
#include "text/prometheus_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"

namespace spillway::text {
namespace {

constexpr std::size_t kLongestExcerpt = 40;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// One line, taken from the front. The first thing that is not as the format has it becomes the
// fault, and from then on nothing is taken.
class LineScanner {
 public:
  explicit LineScanner(std::string_view line) : rest_(line) {}

  bool good() const { return fault_.empty(); }
  const std::string& fault() const { return fault_; }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }

  bool take(char c) {
    if (!good() || !rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char c, std::string_view what) {
    if (!take(c)) fail(what);
  }

  // Names of metrics may hold colons, those of labels may not.
  std::string name(bool with_colons, std::string_view what) {
    const auto is_part = [&](char c) { return is_letter(c) || (with_colons && c == ':'); };
    std::size_t length = 0;
    while (length < rest_.size() &&
           (is_part(rest_[length]) || (length > 0 && is_digit(rest_[length])))) {
      ++length;
    }
    if (length == 0) fail(what);
    return good() ? take_front(length) : "";
  }

  // Up to the next blank.
  std::string word() {
    const auto* const end = std::ranges::find_if(rest_, is_blank);
    return take_front(static_cast<std::size_t>(end - rest_.begin()));
  }

  // The opening quote is taken; the closing one is, too.
  std::string label_value() {
    std::string value;
    while (good() && !take('"')) {
      if (rest_.empty()) {
        fail("a quote at the end of a label's value");
      } else if (take('\\')) {
        value += escaped();
      } else {
        value += rest_.front();
        rest_.remove_prefix(1);
      }
    }
    return value;
  }

  void fail(std::string_view expected) {
    if (!good()) return;
    fault_ = fmt::format("expected {}, found \"{}\"", expected, rest_.substr(0, kLongestExcerpt));
  }

 private:
  std::string take_front(std::size_t length) {
    std::string taken(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return taken;
  }

  char escaped() {
    if (take('n')) return '\n';
    if (take('"')) return '"';
    if (take('\\')) return '\\';
    fail(R"(n, \ or " behind a \)");
    return ' ';
  }

  std::string_view rest_;
  std::string fault_;
};

template <typename Number>
std::optional<Number> number_in(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  if (word.starts_with('+') || word.find('(') != std::string_view::npos) return std::nullopt;
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

void take_labels(LineScanner& line, PrometheusSample& sample) {
  if (!line.take('{')) return;
  line.skip_blanks();
  while (line.good() && !line.take('}')) {
    std::string name = line.name(false, "the name of a label");
    line.skip_blanks();
    line.expect('=', "= behind the name of a label");
    line.skip_blanks();
    line.expect('"', "a label's value in quotes");
    sample.labels.emplace_back(std::move(name), line.label_value());
    line.skip_blanks();
    // A comma may stand behind the last one.
    if (line.good() && !line.take(',') && !line.rest().starts_with('}')) line.fail(", or }");
    line.skip_blanks();
  }
}

void take_numbers(LineScanner& line, PrometheusSample& sample) {
  line.skip_blanks();
  LineScanner before = line;
  const std::optional<double> value = number_in<double>(line.word());
  if (!value) {
    before.fail("a number behind the name");
    line = before;
    return;
  }
  sample.value = *value;
  line.skip_blanks();
  if (line.at_end()) return;
  before = line;
  sample.timestamp_ms = number_in<std::int64_t>(line.word());
  line.skip_blanks();
  if (sample.timestamp_ms && line.at_end()) return;
  before.fail("nothing but a time in milliseconds behind the number");
  line = before;
}

class PageReader {
 public:
  PageReader(const std::string& source, const PrometheusLimits& limits)
      : source_(source), limits_(limits) {}

  void take(std::string_view line) {
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    LineScanner scanner(line);
    scanner.skip_blanks();
    if (scanner.at_end()) return;
    if (scanner.take('#')) {
      take_comment(scanner);
    } else {
      take_sample(scanner);
    }
  }

  PrometheusPage& page() { return page_; }

 private:
  // "# TYPE name kind" and "# HELP name words"; any other comment is one.
  void take_comment(LineScanner& line) {
    line.skip_blanks();
    const std::string keyword = line.word();
    if (keyword != "TYPE" && keyword != "HELP") return;
    line.skip_blanks();
    std::string name = line.name(true, "the name of a metric");
    line.skip_blanks();
    if (!line.good()) {
      add_fault(line);
    } else if (keyword == "TYPE") {
      page_.types[std::move(name)] = line.word();
    } else {
      page_.help[std::move(name)] = unescaped(line.rest());
    }
  }

  static std::string unescaped(std::string_view help) {
    std::string text;
    for (std::size_t i = 0; i < help.size(); ++i) {
      const bool escape = help[i] == '\\' && i + 1 < help.size();
      if (escape && help[i + 1] == 'n') {
        text += '\n';
        ++i;
      } else if (escape && help[i + 1] == '\\') {
        text += help[i++];
      } else {
        text += help[i];
      }
    }
    return text;
  }

  void take_sample(LineScanner& line) {
    PrometheusSample sample;
    sample.name = line.name(true, "the name of a metric");
    line.skip_blanks();
    take_labels(line, sample);
    if (line.good()) take_numbers(line, sample);
    if (!line.good()) {
      add_fault(line);
      return;
    }
    if (page_.samples.size() == limits_.samples) {
      throw Error(fmt::format("{}: expected at most {} samples on a page, found more", source_,
                              limits_.samples));
    }
    page_.samples.push_back(std::move(sample));
  }

  void add_fault(const LineScanner& line) {
    if (page_.faults++ == 0) page_.first_fault = fmt::format("line {}: {}", number_, line.fault());
  }

  const std::string& source_;
  const PrometheusLimits& limits_;
  std::size_t number_ = 0;  // of the line, from 1
  PrometheusPage page_;
};

}  // namespace

PrometheusPage parse_prometheus(std::string_view text, const std::string& source,
                                const PrometheusLimits& limits) {
  if (text.size() > limits.size.count()) {
    throw Error(fmt::format("{}: expected a page of at most {} bytes, found {}", source,
                            limits.size.count(), text.size()));
  }
  PageReader reader(source, limits);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    reader.take(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::move(reader.page());
}

}  // namespace spillway::text
