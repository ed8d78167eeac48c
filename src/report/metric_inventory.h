// MetricInventory: raw pages of metrics that a run keeps, and lists of what is on them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::report {

// The part of the file names for a page that is taken after this phase: its role when that is
// pressure or replay; by the harness's names "pressure" after `pressure_B` and `thrash*`, "replay"
// after `replay*`; nothing after others.
std::optional<std::string_view> snapshot_suffix(std::string_view phase, std::string_view role);

// What stands in the file of a page that could not be had: comments, which readers of pages skip.
struct MissingPage {
  std::string phase;
  bool skipped = false;  // nobody asked
  std::string reason;
  std::string error;
};
std::string missing_page_text(const MissingPage& page);

// Keywords as they are given: apart by blanks or commas, in any case.
std::vector<std::string> inventory_keywords(std::string_view text);

struct Inventory {
  std::string title;
  std::vector<std::string> keywords;  // one of them is in a metric's name, in lower case
  bool components = false;            // or it is of a component's block manager
};
inline constexpr std::string_view kInventoryKeywords =
    "kvbm,block_manager,offload,onboard,matched,rehydrate,tier,disk,host";

// The metrics on the pages that it asks for, by name, each with the first line that has it.
std::string inventory_text(const Inventory& inventory, std::span<const std::string> pages);

}  // namespace spillway::report
