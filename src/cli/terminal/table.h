// SPDX-License-Identifier: LGPL-2.1-or-later
// Tables. A column is as wide as its widest cell, and two spaces separate columns.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal/terminal.h"

namespace ringfence::cli {

struct TableColumn {
    enum class Align { left, right };
    const char* title;
    Align align = Align::left;
    std::size_t least = 0;  ///< the least width, in columns
};

struct TableCell {
    std::string text;  ///< already printable()
    Style style = Style::plain;

    // NOLINTNEXTLINE(google-explicit-constructor): a text is a plain cell
    TableCell(std::string plain, Style with = Style::plain) : text(std::move(plain)), style(with) {}
};

using TableRow = std::vector<TableCell>;

class Table {
  public:
    explicit Table(std::vector<TableColumn> columns);

    /// Adds a row. It must have as many cells as there are columns.
    void add(TableRow row);

    const std::vector<TableRow>& rows() const { return rows_; }

    /// The width of the longest line.
    std::size_t width() const;

    /// The titles in bold: one line with a newline at its end.
    std::string head(const Terminal& terminal) const;
    /// A row: one line with a newline at its end.
    std::string line(const TableRow& row, const Terminal& terminal) const;
    /// The head and all rows.
    std::string text(const Terminal& terminal) const;

  private:
    std::vector<TableColumn> columns_;
    std::vector<std::size_t> widths_;
    std::vector<TableRow> rows_;
};

}  // namespace ringfence::cli
