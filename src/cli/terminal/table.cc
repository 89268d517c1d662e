// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/table.h"

#include <algorithm>
#include <numeric>

namespace ringfence::cli {

namespace {

constexpr std::size_t column_gap = 2;

}  // namespace

Table::Table(std::vector<TableColumn> columns) : columns_(std::move(columns)) {
    for (const TableColumn& column : columns_)
        widths_.push_back(std::max(column.least, columns_of(column.title)));
}

void Table::add(TableRow row) {
    for (std::size_t i = 0; i < widths_.size(); ++i)
        widths_[i] = std::max(widths_[i], columns_of(row[i].text));
    rows_.push_back(std::move(row));
}

std::size_t Table::width() const {
    return std::accumulate(widths_.begin(), widths_.end(), column_gap * (widths_.size() - 1));
}

std::string Table::line(const TableRow& row, const Terminal& terminal) const {
    std::string line;
    std::size_t spaces = 0;  // not written yet, so that no line ends in spaces
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::size_t fill = widths_[i] - columns_of(row[i].text);
        const bool right = columns_[i].align == TableColumn::Align::right;
        if (right) spaces += fill;
        if (!row[i].text.empty()) {
            line += std::string(spaces, ' ') + terminal.styled(row[i].style, row[i].text);
            spaces = 0;
        }
        spaces += column_gap + (right ? 0 : fill);
    }
    return line + "\n";
}

std::string Table::head(const Terminal& terminal) const {
    TableRow titles;
    for (const TableColumn& column : columns_)
        titles.emplace_back(column.title);
    std::string text = line(titles, {});
    text.pop_back();
    return terminal.bold(text) + "\n";
}

std::string Table::text(const Terminal& terminal) const {
    std::string text = head(terminal);
    for (const TableRow& row : rows_)
        text += line(row, terminal);
    return text;
}

}  // namespace ringfence::cli
