// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials/line_diff.h"

#include <algorithm>
#include <vector>

#include "cli/terminal/terminal.h"

namespace ringfence::cli {

namespace {

using DiffLines = std::vector<std::string>;

constexpr std::size_t around = 3;

struct DiffRow {
    char mark;
    std::string line;
};

DiffLines split_lines(const std::string& text) {
    DiffLines lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

// Longest common subsequence. Its quadratic time does not matter, since a drop-in has a few hundred
// lines.
std::vector<DiffRow> compare(const DiffLines& a, const DiffLines& b) {
    std::vector<std::vector<std::size_t>> common(a.size() + 1,
                                                 std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = a.size(); i-- > 0;)
        for (std::size_t j = b.size(); j-- > 0;)
            common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1
                                        : std::max(common[i + 1][j], common[i][j + 1]);
    std::vector<DiffRow> rows;
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
        if (i < a.size() && j < b.size() && a[i] == b[j]) {
            rows.push_back({' ', a[i]});
            ++i, ++j;
        } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
            rows.push_back({'-', a[i++]});
        } else {
            rows.push_back({'+', b[j++]});
        }
    }
    return rows;
}

bool near_change(const std::vector<DiffRow>& rows, std::size_t at) {
    const std::size_t first = at < around ? 0 : at - around;
    const std::size_t last = std::min(at + around + 1, rows.size());
    for (std::size_t i = first; i < last; ++i)
        if (rows[i].mark != ' ') return true;
    return false;
}

}  // namespace

std::string line_diff(const std::string& before, const std::string& after) {
    const auto rows = compare(split_lines(before), split_lines(after));
    std::string text;
    bool gap = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!near_change(rows, i)) {
            gap = true;
            continue;
        }
        if (gap) text += "@@\n";
        gap = false;
        text += rows[i].mark + visible(rows[i].line) + "\n";
    }
    return text;
}

}  // namespace ringfence::cli
