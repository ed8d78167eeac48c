// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.h"

#include <deque>
#include <string>
#include <string_view>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "core/error.h"

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
    const std::string name = "--" + std::string(row.name);
    if (row.kind == scenario::Kind::flag) {
      one.option = app.add_flag(name, one.flag, help_of(row));
    } else {
      one.option = app.add_option(name, one.text, help_of(row))->type_name(kind_of(row));
    }
    one.option->group(std::string(row.group));
  }
};

Flags::Flags(CLI::App& app, scenario::Settings& settings)
    : impl_(std::make_unique<Impl>(Impl{.settings = settings, .bound = {}})) {
  for (const scenario::Setting& row : settings.table()) impl_->add(app, row);
}

Flags::~Flags() = default;

void Flags::apply() {
  std::string wrong;
  for (const Impl::Bound& one : impl_->bound) {
    if (one.option->count() == 0) continue;
    try {
      impl_->settings.set(one.row->name, one.given(), record::Origin::command_line);
    } catch (const Error& error) {
      wrong.append(wrong.empty() ? "" : "\n").append(error.what());
    }
  }
  if (!wrong.empty()) throw Error(wrong);
}

}  // namespace spillway::cli
