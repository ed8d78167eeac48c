// SPDX-License-Identifier: Apache-2.0
#include "report/metric_inventory.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>

namespace spillway::report {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// A comment has none.
std::string_view name_in(std::string_view line) {
  if (line.starts_with('#')) return {};
  return line.substr(0, line.find_first_of("{ \t\r"));
}

// "dynamo_component_<anything>kvbm".
bool is_component(const std::string& name) {
  constexpr std::string_view kPrefix = "dynamo_component_";
  const std::size_t at = name.find(kPrefix);
  return at != std::string::npos && name.find("kvbm", at + kPrefix.size()) != std::string::npos;
}

bool asks_for(const Inventory& inventory, std::string_view metric) {
  const std::string name = lower(metric);
  const bool named = std::ranges::any_of(inventory.keywords, [&](const std::string& keyword) {
    return name.find(keyword) != std::string::npos;
  });
  return named || (inventory.components && is_component(name));
}

using FirstLines = std::map<std::string, std::string_view, std::less<>>;

void add_page(const Inventory& inventory, std::string_view page, FirstLines& first_lines) {
  while (!page.empty()) {
    const std::string_view line = page.substr(0, page.find('\n'));
    page.remove_prefix(std::min(line.size() + 1, page.size()));
    const std::string_view name = name_in(line);
    if (!name.empty() && asks_for(inventory, name)) first_lines.emplace(name, line);
  }
}

}  // namespace

std::optional<std::string_view> snapshot_suffix(std::string_view phase, std::string_view role) {
  if (role == "pressure" || role == "replay") return role;
  if (phase == "pressure_B" || phase.starts_with("thrash")) return "pressure";
  if (phase.starts_with("replay")) return "replay";
  return std::nullopt;
}

std::string missing_page_text(const MissingPage& page) {
  std::string text = fmt::format("# snapshot_unavailable phase={}\n", page.phase);
  if (page.skipped) text += "# skipped=true\n";
  if (!page.reason.empty()) text += fmt::format("# reason={}\n", page.reason);
  // An error of several lines would be a page.
  std::string error = page.error;
  std::ranges::replace(error, '\n', ' ');
  return text + fmt::format("# error={}\n", error);
}

std::vector<std::string> inventory_keywords(std::string_view text) {
  constexpr std::string_view kBetween = ", \t\n";
  std::vector<std::string> keywords;
  while (true) {
    const std::size_t first = text.find_first_not_of(kBetween);
    if (first == std::string_view::npos) return keywords;
    text.remove_prefix(first);
    const std::string_view word = text.substr(0, text.find_first_of(kBetween));
    keywords.push_back(lower(word));
    text.remove_prefix(word.size());
  }
}

std::string inventory_text(const Inventory& inventory, std::span<const std::string> pages) {
  FirstLines first_lines;
  for (const std::string& page : pages) add_page(inventory, page, first_lines);
  std::string text = fmt::format("# {}\n# keywords={}\n# metric_count={}\n\n", inventory.title,
                                 fmt::join(inventory.keywords, ","), first_lines.size());
  for (const auto& [name, line] : first_lines) {
    text += fmt::format("{}\nsample: {}\n\n", name, line);
  }
  return text;
}

}  // namespace spillway::report
