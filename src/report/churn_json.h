// ChurnJson: what came and went in a directory of files, for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "record/directory_churn.h"
#include "text/json_writer.h"

namespace spillway::report {

// An object, or null when it is not known.
void write_churn(text::JsonWriter& json, const std::optional<record::DirectoryChurn>& churn);

}  // namespace spillway::report
