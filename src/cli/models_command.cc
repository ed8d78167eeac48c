// SPDX-License-Identifier: Apache-2.0
#include "cli/models_command.h"

#include <fmt/core.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "core/error.h"
#include "core/size_text.h"
#include "kv/catalogue.h"
#include "kv/model.h"
#include "scenario/model_file.h"
#include "text/json_writer.h"

namespace spillway::cli {
namespace {

constexpr Tokens kExampleContext(8192);

class ModelsCommand final : public Command {
 public:
  explicit ModelsCommand(CLI::App& program)
      : app_(program.add_subcommand("models", "List models and what their KV cache takes")) {
    app_->add_option("MODEL", name_, "one model only");
    app_->add_option("--config", file_, "a Hugging Face config.json instead")->type_name("PATH");
    app_->add_option("--users", users_, "users at once")->check(CLI::PositiveNumber);
    app_->add_option("--context", context_, "tokens of context each")->check(CLI::PositiveNumber);
    app_->add_option("--tensor-parallel", ranks_, "ranks")->check(CLI::PositiveNumber);
    app_->add_flag("--json", json_, "as JSON");
    app_->footer(
        "Examples:\n  spillway models\n"
        "  spillway models llama3.1-70b-instruct --users 40 --context 8192");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    const std::vector<kv::ModelShape> models = chosen_models();
    if (json_) {
      print_json(models);
    } else {
      print_table(models);
    }
    return kSuccess;
  }

 private:
  std::vector<kv::ModelShape> chosen_models() const {
    if (!file_.empty()) return {scenario::read_model_file(file_)};
    if (name_.empty()) return {kv::models().begin(), kv::models().end()};
    if (const kv::ModelShape* const known = kv::find_model(name_)) return {*known};
    std::string names;
    for (const kv::ModelShape& model : kv::models()) names += " " + model.name;
    throw Error(fmt::format("there is no model \"{}\"; known are{}", name_, names));
  }

  Tokens context() const { return Tokens(context_); }

  void print_table(std::span<const kv::ModelShape> models) const {
    fmt::print("{:<22} {:>6} {:>6} {:>8} {:>8} {:>5} {:>12} {:>12}", "model", "layers", "heads",
               "KV heads", "head dim", "kind", "bytes/token", "8192 tokens");
    if (users_) fmt::print(" {:>12} {:>14}", "active set", "peak in flight");
    fmt::print("\n");
    for (const kv::ModelShape& model : models) print_row(model);
    if (users_) {
      fmt::print("\nActive set and peak in flight: {} users of {} tokens, all at once.\n", *users_,
                 context_);
    }
  }

  void print_row(const kv::ModelShape& model) const {
    const Bytes token = kv::bytes_per_token(model, ranks_);
    const bool latent = model.kind == kv::AttentionKind::mla;
    fmt::print("{:<22} {:>6} {:>6} {:>8} {:>8} {:>5} {:>12} {:>12}", model.name, model.layers,
               model.heads, latent ? "-" : std::to_string(model.kv_heads),
               latent ? "-" : std::to_string(model.head_dim), kv::to_text(model.kind),
               token.count(), size_text(token * kExampleContext.count()));
    if (users_) {
      fmt::print(" {:>12} {:>14}", size_text(kv::active_set(model, *users_, context(), ranks_)),
                 size_text(kv::peak_in_flight(model, *users_, context(), ranks_)));
    }
    fmt::print("\n");
  }

  void print_json(std::span<const kv::ModelShape> models) const {
    text::JsonWriter json(text::JsonLayout::pretty);
    json.begin_array();
    for (const kv::ModelShape& model : models) write(json, model);
    json.end_array();
    fmt::print("{}\n", json.text());
  }

  void write(text::JsonWriter& json, const kv::ModelShape& model) const {
    const Bytes token = kv::bytes_per_token(model, ranks_);
    json.begin_object();
    json.key("model").value(model.name);
    json.key("kind").value(kv::to_text(model.kind));
    json.key("layers").value(std::uint64_t{model.layers});
    json.key("hidden").value(std::uint64_t{model.hidden});
    json.key("heads").value(std::uint64_t{model.heads});
    json.key("kv_heads").value(std::uint64_t{model.kv_heads});
    json.key("head_dim").value(std::uint64_t{model.head_dim});
    json.key("element_type").value(kv::to_text(model.element));
    json.key("bytes_per_token").value(token.count());
    json.key("bytes_of_8192_tokens").value((token * kExampleContext.count()).count());
    if (users_) {
      json.key("users").value(*users_);
      json.key("context_tokens").value(context_);
      json.key("active_set_bytes").value(kv::active_set(model, *users_, context(), ranks_).count());
      json.key("peak_in_flight_bytes")
          .value(kv::peak_in_flight(model, *users_, context(), ranks_).count());
    }
    json.key("source").value(model.source);
    json.end_object();
  }

  CLI::App* app_;
  std::string name_;
  std::string file_;
  std::optional<std::uint64_t> users_;
  std::uint64_t context_ = kExampleContext.count();
  std::uint32_t ranks_ = 1;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> models_command(CLI::App& program) {
  return std::make_unique<ModelsCommand>(program);
}

}  // namespace spillway::cli
