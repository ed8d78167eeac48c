// Any bytes are a config file or an Error; what a file sets is a value that the table accepts.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "kv/model.h"
#include "scenario/bench_settings.h"
#include "scenario/config_file.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spillway;
  scenario::Settings settings(scenario::bench_settings());
  scenario::ConfigFile file;
  try {
    file = scenario::apply_config({data, data + size}, "input", settings);
  } catch (const Error&) {
    return 0;
  }
  // An Error from here on is a finding.
  check(settings.effective().size() == settings.table().size(), "every setting has a value");
  for (const kv::ModelShape& model : file.models) {
    check(kv::bytes_per_token(model) > Bytes(0), "a model has a size");
  }
  return 0;
}
