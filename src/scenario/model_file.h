// Reads a model's shape from its Hugging Face config.json.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kv/model.h"

namespace spillway::scenario {

// The model is named after the file's `_name_or_path`, else after the file. Multimodal files keep
// the language model's fields under `text_config`; they are found there. Throws Error with file and
// field.
kv::ModelShape read_model_file(const std::string& path);

}  // namespace spillway::scenario
