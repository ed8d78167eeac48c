// Models that a run can name: those known, those of a config file, and Hugging Face's config.json.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "kv/model.h"

namespace spillway::scenario {

// The model is named after the file's `_name_or_path`, else after the file. Multimodal files keep
// the language model's fields under `text_config`; they are found there. Throws Error with file and
// field.
kv::ModelShape read_model_file(const std::string& path);

// The model of this name, among `own` first, then the catalogue's. Throws Error that lists all.
kv::ModelShape find_model_named(const std::string& name, std::span<const kv::ModelShape> own);

}  // namespace spillway::scenario
