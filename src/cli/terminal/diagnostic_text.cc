// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/diagnostic_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.h"

namespace ringfence::cli {

namespace {

// The width if the terminal's width is not known. Longer lines are cut around the mark.
constexpr std::size_t usual_width = 120;
constexpr std::size_t narrowest = 20;
constexpr std::string_view tab = "    ";
// A larger file is neither a policy nor a unit, and showing its line is not worth the memory.
constexpr std::size_t largest_source = std::size_t{4} << 20;

std::optional<std::string> read_below(const Root& root, const std::string& file) {
    auto text = root.read(file, largest_source);
    if (!text) return std::nullopt;
    return std::move(*text);
}

/// The length of what begins at `at`: a string up to its closing quote, a word, or else one byte.
std::size_t token_length(std::string_view line, std::size_t at) {
    if (at >= line.size()) return 1;
    const auto in_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    const char first = line[at];
    std::size_t end = at + 1;
    if (first == '"' || first == '\'') {
        while (end < line.size() && line[end] != first)
            end += line[end] == '\\' && first == '"' ? 2 : 1;
        return std::min(end + 1, line.size()) - at;
    }
    if (in_word(first))
        while (end < line.size() && in_word(line[end]))
            ++end;
    return end - at;
}

/// A shown line as a list of cells. A cell is one character, with the byte that it comes from.
struct Cells {
    struct Cell {
        std::string text;
        std::size_t byte = 0;
        std::size_t columns = 0;
    };
    std::vector<Cell> cells;
    std::size_t end = 0;  ///< the first byte behind them

    /// Only the bytes around `mark` are read, because the line may have a megabyte.
    Cells(std::string_view line, std::size_t mark, std::size_t reach) {
        std::size_t at = mark > reach ? mark - reach : 0;
        while (at > 0 && at < line.size() && (static_cast<unsigned char>(line[at]) & 0xc0) == 0x80)
            --at;
        while (at < line.size() && at <= mark + reach) {
            const std::size_t length =
                std::max<std::size_t>(first_character(line.substr(at)).length, 1);
            std::string text(line[at] == '\t' ? std::string(tab)
                                              : visible(line.substr(at, length)));
            const std::size_t columns = columns_of(text);
            cells.push_back({std::move(text), at, columns});
            at += length;
        }
        end = at;
    }
};

struct Window {
    std::string text;
    std::size_t before = 0;  ///< columns before the mark
    std::size_t marked = 0;  ///< columns under the mark, at least one
};

/// The part of the line that fits `width` columns and contains the mark.
Window window_of(std::string_view line, std::size_t mark, std::size_t length, std::size_t width) {
    const Cells all(line, mark, 8 * width);
    const auto& cells = all.cells;
    std::size_t centre = 0;
    while (centre < cells.size() && cells[centre].byte < mark)
        ++centre;
    // A third of the width is for the text after the mark. Then comes as much as fits before it,
    // and the rest of the width is again for the text after it.
    std::size_t first = centre, last = centre, used = 0;
    const auto extend_behind = [&](std::size_t most) {
        while (last < cells.size() && used + cells[last].columns <= most)
            used += cells[last++].columns;
    };
    extend_behind(width / 3);
    while (first > 0 && used + cells[first - 1].columns <= width)
        used += cells[--first].columns;
    extend_behind(width);
    Window window;
    if (first < cells.size() && cells[first].byte > 0) {
        window.text = "…";
        window.before = 1;
    }
    for (std::size_t i = first; i < last; ++i) {
        window.text += cells[i].text;
        if (cells[i].byte < mark)
            window.before += cells[i].columns;
        else if (cells[i].byte < mark + length)
            window.marked += cells[i].columns;
    }
    if (last < cells.size() || all.end < line.size()) window.text += "…";
    window.marked = std::max<std::size_t>(window.marked, 1);
    return window;
}

}  // namespace

DiagnosticText::DiagnosticText(ReadFile read, const Terminal& terminal)
    : read_(std::move(read)), terminal_(terminal) {}

DiagnosticText::DiagnosticText(const Root& root, const Terminal& terminal)
    : DiagnosticText([&root](const std::string& file) { return read_below(root, file); },
                     terminal) {}

std::optional<std::string_view> DiagnosticText::line_of(const Location& where) {
    if (where.file.empty() || where.line == 0) return std::nullopt;
    auto known = files_.find(where.file);
    if (known == files_.end()) {
        std::optional<SourceText> file;
        if (auto text = read_(where.file)) {
            file = SourceText{std::move(*text), {0}};
            for (std::size_t at = 0; (at = file->text.find('\n', at)) != std::string::npos;)
                file->line_starts.push_back(++at);
        }
        known = files_.emplace(where.file, std::move(file)).first;
    }
    const auto& file = known->second;
    if (!file || where.line > file->line_starts.size()) return std::nullopt;
    const std::size_t start = file->line_starts[where.line - 1];
    std::string_view line = std::string_view(file->text).substr(start);
    line = line.substr(0, line.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::string DiagnosticText::excerpt(std::string_view line, const Location& where) const {
    const std::string number = fmt::format("{:>5}", where.line);
    const std::string space(number.size(), ' ');
    const std::size_t width = std::max(terminal_.columns.value_or(usual_width), narrowest + 12);
    // A column after the end of the line (a missing quote) is marked at the end.
    const std::size_t mark =
        where.column == 0 ? 0 : std::min<std::size_t>(where.column - 1, line.size());
    const Window window = window_of(line, mark, token_length(line, mark), width - 12);
    std::string text = fmt::format("{} {}\n", terminal_.dim(number + " |"), window.text);
    if (where.column != 0)
        text +=
            fmt::format("{} {}{}\n", terminal_.dim(space + " |"), std::string(window.before, ' '),
                        terminal_.red("^" + std::string(window.marked - 1, '~')));
    return text;
}

std::string DiagnosticText::render(const Diagnostic& diagnostic, Severity severity,
                                   std::string_view identifier) {
    std::string label(name_of(severity));
    if (!identifier.empty()) label += fmt::format("[{}]", identifier);
    const std::string coloured = severity == Severity::error     ? terminal_.red(label)
                                 : severity == Severity::warning ? terminal_.yellow(label)
                                                                 : terminal_.cyan(label);
    const std::string where = visible(to_string(diagnostic.where));
    std::string text = fmt::format("{}{}: {}\n", where.empty() ? "" : terminal_.bold(where) + ": ",
                                   coloured, terminal_.bold(visible(diagnostic.message)));
    const auto line = line_of(diagnostic.where);
    if (line) text += excerpt(*line, diagnostic.where);
    if (!diagnostic.hint.empty())
        text += fmt::format("{} {}\n", terminal_.dim(line ? "      = help:" : "  help:"),
                            visible(diagnostic.hint));
    return text;
}

std::string render_diagnostics(const Root& root, const Diagnostics& diagnostics,
                               const Terminal& terminal) {
    DiagnosticText renderer(root, terminal);
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics)
        text += (text.empty() ? "" : "\n") + renderer.render(diagnostic);
    return text;
}

}  // namespace ringfence::cli
