// SPDX-License-Identifier: LGPL-2.1-or-later
// The logical lines of a unit file: physical lines with comments dropped and continuations joined.
//
// Source: config_parse() in systemd's src/shared/conf-parser.c and read_line_full() in
// src/basic/fileio.c, the same from 252 to 262; systemd.syntax(7) is the manual.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace ringfence::unit {

/// The longest physical line, and the longest joined one, in bytes (LONG_LINE_MAX): one more is an
/// error that ends the file.
inline constexpr std::size_t line_max = std::size_t{1} << 20;

/// Blanks as systemd counts them.
inline constexpr std::string_view whitespace = " \t\n\r";

/// Text that came from one or more physical lines, and knows where each byte came from.
class SourceText {
  public:
    /// Appends what begins at `line` and `column` of the file.
    void append(std::string_view text, unsigned line, unsigned column);
    /// Replaces the last byte by a space: what systemd does with the backslash of a continuation.
    void blank_last() { text_.back() = ' '; }
    /// The part `[begin, end)`, with its positions.
    SourceText slice(std::size_t begin, std::size_t end) const;
    /// The position of the byte at `offset`.
    Location at(std::size_t offset, const SharedText& file) const;

    const std::string& text() const { return text_; }

  private:
    struct Anchor {
        std::size_t offset;
        unsigned line;
        unsigned column;
    };
    const Anchor& anchor_of(std::size_t offset) const;

    std::string text_;
    std::optional<Anchor> first_;  // at 0: the only one, unless lines were joined
    std::vector<Anchor> others_;   // sorted by offset
};

/// What systemd reads of one file: the lines before the first fatal problem, and that problem.
struct LogicalLines {
    std::vector<SourceText> lines;
    std::optional<Diagnostic> fatal;  ///< a line too long: nothing behind it is read
    std::vector<SourceText> lost;     ///< what is behind it
};

/// Splits the whole text of a file.
LogicalLines split_lines(std::string_view text, const SharedText& file);

/// Whether `text` is UTF-8 as systemd wants it: no surrogates, no noncharacters, nothing above
/// U+10FFFF, shortest forms only (src/basic/utf8.c).
bool is_utf8(std::string_view text);

/// `text` without leading and trailing whitespace, as offsets.
struct Span {
    std::size_t begin;
    std::size_t end;
};
Span strip(std::string_view text, Span within);

}  // namespace ringfence::unit
