// SPDX-License-Identifier: Apache-2.0
#include "scenario/precondition_settings.h"

#include <thread>
#include <vector>

#include "core/error.h"
#include "core/size_text.h"

namespace spillway::scenario {
namespace {

constexpr std::string_view kPreconditioning = "Preconditioning";
constexpr unsigned kWritersIfUnknown = 4;

const std::vector<Setting>& table() {
  static const std::vector<Setting> rows = {
      {.name = "precondition",
       .kind = Kind::flag,
       .initial = "off",
       .group = kPreconditioning,
       .help = "writes to the storage tier before the run, so that a drive is measured as a used "
               "one; counted apart"},
      {.name = "precondition-size-gb",
       .kind = Kind::size,
       .initial = "0",
       .group = kPreconditioning,
       .help = "how much; a size or GiB, 0 = twice the storage tier's capacity",
       .unit = Bytes(1U << 30U)},
      {.name = "precondition-threads",
       .kind = Kind::integer,
       .initial = "0",
       .group = kPreconditioning,
       .help = "entries written side by side, 0 = one a core",
       .low = 0,
       .high = 1024},
  };
  return rows;
}

}  // namespace

std::span<const Setting> precondition_settings() { return table(); }

void refuse_precondition_without_effect(const Settings& settings) {
  if (settings.flag("precondition")) return;
  settings.refuse_given({"precondition-size-gb", "precondition-threads"}, "without --precondition");
}

std::optional<PreconditionConfig> read_precondition(const Settings& settings) {
  if (!settings.flag("precondition")) return std::nullopt;
  auto writers = static_cast<unsigned>(settings.integer("precondition-threads"));
  if (writers == 0) writers = std::thread::hardware_concurrency();
  const Bytes size = settings.size("precondition-size-gb");
  if (size == kUnlimited) {
    throw Error(
        "--precondition-size-gb unlimited: a run that begins needs an end of it; give a size");
  }
  return PreconditionConfig{.size = size, .writers = writers == 0 ? kWritersIfUnknown : writers};
}

}  // namespace spillway::scenario
