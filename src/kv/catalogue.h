// The models that are known by name. A new one is a new row in catalogue.cc.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "kv/model.h"

namespace spillway::kv {

// The built-in models, in the order of the MLPerf table; they live as long as the program.
std::span<const ModelShape> models();

// The built-in model of this name, or null.
const ModelShape* find_model(std::string_view name);

}  // namespace spillway::kv
