// The frame that a chat model's server would put around a user's text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace spillway::workload {

// Llama 3's, of one turn: the prompt ends where the assistant begins (Meta, "Llama 3 model card and
// prompt formats").
std::string wrap_llama3(std::string_view user_text);

}  // namespace spillway::workload
