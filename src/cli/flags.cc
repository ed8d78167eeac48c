// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.h"

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace spillway::cli {
namespace {

std::string help_of(const scenario::Setting& row) {
  std::string help(row.help);
  if (!row.initial.empty() && row.kind != scenario::Kind::flag) {
    help.append(" [").append(row.initial).append("]");
  }
  return help;
}

const char* kind_of(const scenario::Setting& row) {
  switch (row.kind) {
    case scenario::Kind::path:
      return "PATH";
    case scenario::Kind::size:
      return "SIZE";
    case scenario::Kind::integer:
      return "N";
    case scenario::Kind::number:
      return "X";
    case scenario::Kind::range:
      return "LOW-HIGH";
    default:
      return "NAME";
  }
}

}  // namespace

struct Flags::Impl {
  struct Bound {
    const scenario::Setting* row;
    CLI::Option* option;
    std::string text;
    bool flag = false;

    // What was given, in the table's spelling.
    std::string_view given() const {
      if (row->kind != scenario::Kind::flag) return text;
      return flag ? "on" : "off";
    }
  };
  scenario::Settings& settings;
  std::deque<Bound> bound;  // keeps its addresses, which CLI11 writes to

  void add(CLI::App& app, const scenario::Setting& row) {
    Bound& one = bound.emplace_back(Bound{.row = &row, .option = nullptr, .text = {}});
    std::string name = "--" + std::string(row.name);
    if (!row.alias.empty()) name.append(",--").append(row.alias);
    if (row.kind == scenario::Kind::flag) {
      one.option = app.add_flag(name, one.flag, help_of(row));
    } else {
      one.option = app.add_option(name, one.text, help_of(row))->type_name(kind_of(row));
    }
    if (row.kind == scenario::Kind::list) {
      one.option->multi_option_policy(CLI::MultiOptionPolicy::Join);  // a line each
    }
    one.option->group(row.in_help ? std::string(row.group) : "");  // no group hides it
  }

  bool hides_any() const {
    return std::ranges::any_of(settings.table(),
                               [](const scenario::Setting& row) { return !row.in_help; });
  }

  [[noreturn]] void show_all() {
    for (const Bound& one : bound) one.option->group(std::string(one.row->group));
    throw CLI::CallForHelp();
  }
};

Flags::Flags(CLI::App& app, scenario::Settings& settings)
    : impl_(std::make_unique<Impl>(Impl{.settings = settings, .bound = {}})) {
  for (const scenario::Setting& row : settings.table()) impl_->add(app, row);
  if (!impl_->hides_any()) return;
  app.add_flag_callback(
      "--help-all", [this] { impl_->show_all(); }, "Print this with the rarely used flags");
}

Flags::~Flags() = default;

scenario::ConfigFile Flags::apply(const scenario::EnvironmentVariables& environment) {
  std::vector<scenario::GivenValue> given;
  for (const Impl::Bound& one : impl_->bound) {
    if (one.option->count() == 0) continue;
    given.push_back({.setting = std::string(one.row->name), .text = std::string(one.given())});
  }
  return scenario::load_settings(environment, given, impl_->settings);
}

}  // namespace spillway::cli
