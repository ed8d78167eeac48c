// SPDX-License-Identifier: Apache-2.0
#include "scenario/suite.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <utility>

#include "core/error.h"
#include "scenario/suite_workloads.h"
#include "telemetry/gpu.h"
#include "telemetry/machine.h"

namespace spillway::scenario {
namespace {

constexpr double kGiB = 1024.0 * 1024 * 1024;
constexpr double kCardWithout = 16;  // GiB of the modelled gpu tier on a machine that has none

std::vector<std::string> words(std::string_view text, char separator) {
  std::vector<std::string> all;
  std::string word;
  for (const char letter : text) {
    if (letter == separator) {
      all.push_back(std::exchange(word, {}));
    } else {
      word += letter;
    }
  }
  all.push_back(word);
  std::erase(all, "");
  return all;
}

// Case and spaces do not count, and an underscore is a dash.
std::string plain(std::string_view name) {
  std::string all;
  for (const char letter : name) {
    const auto code = static_cast<unsigned char>(letter);
    if (std::isspace(code) != 0) continue;
    all += letter == '_' ? '-' : static_cast<char>(std::tolower(code));
  }
  return all;
}

bool is_called(const Workload& row, std::string_view name) {
  return name == plain(row.key) || name == row.name ||
         std::ranges::count(words(row.aliases, ' '), name) > 0;
}

std::vector<const Workload*> chosen(std::string_view names) {
  const std::vector<std::string> wanted = words(plain(names), ',');
  std::vector<const Workload*> rows;
  for (const Workload& row : suite_workloads()) {
    const bool named =
        std::ranges::any_of(wanted, [&](const std::string& name) { return is_called(row, name); });
    if (wanted.empty() ? row.by_default : named) rows.push_back(&row);
  }
  for (const std::string& name : wanted) {
    if (std::ranges::any_of(suite_workloads(),
                            [&](const Workload& row) { return is_called(row, name); })) {
      continue;
    }
    throw Error(fmt::format("--workloads: there is no \"{}\"; there are\n{}", name,
                            suite_workloads_text()));
  }
  return rows;
}

// All sizes of one suite.
class Sizes {
 public:
  Sizes(const SuiteOptions& options, const SuiteMachine& machine)
      : options_(options),
        ram_(options.quick ? kQuickRam : machine.ram_gib),
        gpu_(machine.gpu_gib) {
    base_ = options.users.value_or(options.quick ? 10 : 50);
    high_ = options.high_users.value_or(
        options.quick ? 25 : std::clamp<std::uint64_t>(10 * machine.ram_gib, 50, 300));
    if (high_ >= base_) return;
    warning_ = fmt::format("high users {} are fewer than the {} others and were raised to them",
                           high_, base_);
    high_ = base_;
  }

  const std::string& warning() const { return warning_; }

  std::uint64_t users(const Workload& row) const {
    switch (row.users) {
      case Users::base:
        return base_;
      case Users::high:
        return high_;
      case Users::fixed:
      case Users::by_model:
        break;
    }
    const std::uint64_t users = row.users == Users::fixed ? row.fixed_users : pressure(row).users;
    return options_.quick ? std::max<std::uint64_t>(users / 10, 2) : users;
  }

  // Entries being stored at a time; nothing: the workload says, or has no limit.
  std::optional<std::uint64_t> allocations(const Workload& row) const {
    if (row.users != Users::by_model) return std::nullopt;
    return pressure(row).allocations;
  }

  std::uint64_t seconds(const Workload& row) const {
    switch (row.seconds) {
      case Seconds::tier:
        return options_.tier_s.value_or(options_.quick ? 10 : 120);
      case Seconds::saturation:
        return options_.saturation_s.value_or(options_.quick ? 12 : 180);
      case Seconds::production:
        return options_.production_s.value_or(options_.quick ? 12 : 180);
      case Seconds::autoscale:
        return options_.autoscale_s.value_or(options_.quick ? 45 : 300);
      case Seconds::submission:
        return options_.quick ? 12 : 300;
    }
    return 0;
  }

  double cpu(const Workload& row) const {
    switch (row.cpu) {
      case Cpu::none:
        return 0;
      case Cpu::four:
        return options_.quick ? 0.5 : 4;
      case Cpu::realistic:
        return static_cast<double>(ram_ / 2);
      case Cpu::small:
        return static_cast<double>(std::max<std::uint64_t>(ram_ / 8, 1));
    }
    return 0;
  }

  double gpu(const Workload& row) const {
    if (row.gpu == Gpu::none || (row.gpu == Gpu::card_if_any && !gpu_)) return 0;
    return options_.quick ? kQuickCard : gpu_.value_or(kCardWithout);
  }

  bool lacks_card(const Workload& row) const { return row.gpu == Gpu::card && !gpu_; }

 private:
  static constexpr std::uint64_t kQuickRam = 4;  // GiB
  static constexpr double kQuickCard = 1;        // GiB

  Pressure pressure(const Workload& row) const {
    return pressure_of(options_.model, row.fixed_users);
  }

  const SuiteOptions& options_;
  std::uint64_t ram_;
  std::optional<double> gpu_;
  std::uint64_t base_ = 0;
  std::uint64_t high_ = 0;
  std::string warning_;
};

void add_documents(const SuiteOptions& options, const Workload& row, SuiteRun& run) {
  if (!options.rag || !row.with_rag) return;
  run.settings.push_back({.setting = "enable-rag", .text = "on"});
  run.settings.push_back({.setting = "rag-num-docs", .text = fmt::format("{}", options.documents)});
}

// Small tiers are pressed upon by a small storage tier; a search that decides needs short steps.
void make_quick(const Workload& row, SuiteRun& run) {
  run.settings.push_back({.setting = "storage-capacity-gb", .text = "8"});
  if (row.seconds == Seconds::autoscale) {
    run.settings.push_back({.setting = "autoscaler-step", .text = "4"});
  }
}

SuiteRun run_of(const Workload& row, const SuiteOptions& options, const Sizes& sizes) {
  SuiteRun run{.name = std::string(row.name),
               .result = std::string(row.result),
               .title = std::string(row.title),
               .purpose = std::string(row.purpose),
               .settings = {}};
  const auto add = [&](std::string_view name, std::string text) {
    run.settings.push_back({.setting = std::string(name), .text = std::move(text)});
  };
  add("model", row.model.empty() ? options.model : std::string(row.model));
  add("num-users", fmt::format("{}", sizes.users(row)));
  add("duration", fmt::format("{}", sizes.seconds(row)));
  add("gpu-mem-gb", fmt::format("{}", sizes.gpu(row)));
  add("cpu-mem-gb", fmt::format("{}", sizes.cpu(row)));
  add("seed", "42");
  if (const auto most = sizes.allocations(row)) {
    add("max-concurrent-allocs", fmt::format("{}", *most));
  }
  std::ranges::copy(row.more, std::back_inserter(run.settings));
  add_documents(options, row, run);
  if (options.quick) make_quick(row, run);
  if (!sizes.lacks_card(row)) return run;
  if (options.modelled_gpu) {
    run.title += " (no card here: a gpu tier that is modelled)";
  } else {
    run.skipped = "it needs a graphics card, and there is none";
  }
  return run;
}

}  // namespace

SuiteMachine suite_machine() {
  SuiteMachine machine;
  if (const auto memory = telemetry::machine().memory_bytes) {
    machine.ram_gib = static_cast<std::uint64_t>(static_cast<double>(*memory) / kGiB);
  }
  if (const auto card = telemetry::gpu_memory_bytes()) {
    machine.gpu_gib = std::floor(static_cast<double>(*card) / kGiB * 10) / 10;
  }
  return machine;
}

SuitePlan plan_suite(const SuiteOptions& options, const SuiteMachine& machine) {
  const Sizes sizes(options, machine);
  SuitePlan plan;
  if (!sizes.warning().empty()) plan.warnings.push_back(sizes.warning());
  for (const Workload* const row : chosen(options.workloads)) {
    plan.runs.push_back(run_of(*row, options, sizes));
  }
  return plan;
}

std::string suite_workloads_text() {
  std::string text;
  std::set<std::string_view> listed;
  for (const Workload& row : suite_workloads()) {
    if (!listed.insert(row.key).second) continue;
    const std::string also = row.aliases.empty() ? "" : fmt::format(" (also: {})", row.aliases);
    text += fmt::format("  {:<20} {}{}{}\n", row.key,
                        row.key == row.name ? row.purpose : "the three submission runs", also,
                        row.by_default ? "" : "; only when named");
  }
  return text;
}

}  // namespace spillway::scenario
