// Any bytes are the record of a run against a server or an Error; what was read is written as it
// was. SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "record/drive_record_json.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spillway;
  record::DriveRecord read;
  try {
    read = record::drive_record_from_json(std::string(data, data + size), "input");
  } catch (const Error&) {
    return 0;
  }
  const std::string written = record::to_json(read);
  check(record::to_json(record::drive_record_from_json(written, "written")) == written,
        "a record that is read again is the same");
  return 0;
}
