// Reads settings and models from a YAML file. docs/formats.md has its keys.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "kv/model.h"
#include "scenario/settings.h"

namespace spillway::scenario {

// What a file holds beside settings.
struct ConfigFile {
  std::vector<kv::ModelShape> models;  // of `model_configs`, in the order of the file
};

// Sets what the file gives, with Origin::file. Every key has to be known and of its type; an Error
// lists all that is wrong, a line each: "bench.yaml:12: rag.top_k: unknown key; known in rag are
// ...". Two kinds of keys name settings: those of the sections of the tier benchmark, of which the
// dotted path with dashes is a setting's name (rag.top_k_chunks is --rag-top-k-chunks), and those
// of the section `bench`, which are names of settings. A key whose setting is not in the table is
// unknown. A file chooses neither a preset nor another file. Keys of
// sections are excused where they do nothing (Settings::excuse), so that a file can hold them all.
ConfigFile apply_config_file(const std::string& path, Settings& settings);
// The same for a text; `file` is its name in messages.
ConfigFile apply_config(const std::string& text, const std::string& file, Settings& settings);

}  // namespace spillway::scenario
