// SPDX-License-Identifier: Apache-2.0
#include "report/spreadsheet.h"

#include <fmt/core.h>
#include <xlsxwriter.h>

#include <string_view>
#include <utility>
#include <variant>

#include "core/error.h"
#include "record/new_file.h"

namespace spillway::report {
namespace {

using record::Value;

bool is_workbook(const std::string& path) { return path.ends_with(".xlsx"); }

bool looks_like_formula(std::string_view text) {
  constexpr std::string_view kStarts = "=+-@\t\r";
  return !text.empty() && kStarts.find(text.front()) != std::string_view::npos;
}

std::string text_cell(const std::string& text) {
  const std::string safe = looks_like_formula(text) ? "'" + text : text;
  return safe.find_first_of(",\"\r\n") == std::string::npos ? safe : csv_quoted(safe);
}

// Numbers as they read back the same; a number below zero is no formula.
std::string csv_cell(const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) return "";
  if (std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value)) {
    return record::value_text(value);
  }
  return text_cell(record::value_text(value));
}

void check_ok(lxw_error error, const std::string& path) {
  if (error == LXW_NO_ERROR) return;
  throw Error(fmt::format("write spreadsheet {}: {}", path, lxw_strerror(error)));
}

// Closing writes the file; a workbook that is given up is closed all the same, and its file
// removed.
class Workbook {
 public:
  explicit Workbook(const std::string& path) : path_(path), book_(::workbook_new(path.c_str())) {
    if (book_ == nullptr) throw Error(fmt::format("write spreadsheet {}: no memory", path));
    bold_ = ::workbook_add_format(book_);
    ::format_set_bold(bold_);
  }
  Workbook(const Workbook&) = delete;
  Workbook& operator=(const Workbook&) = delete;
  ~Workbook() {
    if (book_ != nullptr) ::workbook_close(book_);
  }

  void add(const Sheet& sheet) {
    sheet_ = ::workbook_add_worksheet(book_, sheet.name.c_str());
    if (sheet_ == nullptr)
      throw Error(fmt::format("write spreadsheet {}: sheet {}", path_, sheet.name));
    lxw_row_t row = 0;
    for (std::size_t i = 0; i < sheet.heading.size(); ++i) {
      write_text(row, column(i), sheet.heading[i], bold_);
    }
    for (const std::vector<Value>& cells : sheet.rows) {
      ++row;
      for (std::size_t i = 0; i < cells.size(); ++i) write(row, column(i), cells[i]);
    }
  }
  void close() { check_ok(::workbook_close(std::exchange(book_, nullptr)), path_); }

 private:
  static lxw_col_t column(std::size_t index) { return static_cast<lxw_col_t>(index); }

  void write_number(lxw_row_t row, lxw_col_t column, double number) {
    check_ok(::worksheet_write_number(sheet_, row, column, number, nullptr), path_);
  }
  // A string is never taken for a formula.
  void write_text(lxw_row_t row, lxw_col_t column, const std::string& text, lxw_format* format) {
    check_ok(::worksheet_write_string(sheet_, row, column, text.c_str(), format), path_);
  }
  void write(lxw_row_t row, lxw_col_t column, const Value& value) {
    if (std::holds_alternative<std::monostate>(value)) return;
    if (const auto* const whole = std::get_if<std::int64_t>(&value)) {
      write_number(row, column, static_cast<double>(*whole));
    } else if (const auto* const number = std::get_if<double>(&value)) {
      write_number(row, column, *number);
    } else {
      write_text(row, column, record::value_text(value), nullptr);
    }
  }

  std::string path_;
  lxw_workbook* book_;
  lxw_worksheet* sheet_ = nullptr;
  lxw_format* bold_ = nullptr;
};

}  // namespace

void check_spreadsheet_name(const std::string& path) {
  if (is_workbook(path) || path.ends_with(".csv")) return;
  throw Error(fmt::format("--xlsx-output {}: expected a name that ends in .xlsx or .csv", path));
}

void write_spreadsheet(const record::Run& run, analysis::Profile profile, const std::string& path) {
  const std::vector<Sheet> sheets = spreadsheet_sheets(run, profile);
  if (!is_workbook(path)) {
    record::write_new_file(path, to_csv(sheets.front()));
    return;
  }
  record::NewFile file(path);
  Workbook book(file.draft());
  for (const Sheet& sheet : sheets) book.add(sheet);
  book.close();
  file.keep();
}

std::string to_csv(const Sheet& sheet) {
  std::string text;
  const auto end_row = [&] {
    text.pop_back();  // the comma after the last cell
    text += "\r\n";
  };
  for (const std::string& name : sheet.heading) text += text_cell(name) + ",";
  end_row();
  for (const std::vector<Value>& row : sheet.rows) {
    for (const Value& value : row) text += csv_cell(value) + ",";
    end_row();
  }
  return text;
}

std::string csv_quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

}  // namespace spillway::report
