// SPDX-License-Identifier: LGPL-2.1-or-later
// Splits a unit file into logical lines: comments are removed, and continued lines are joined.
//
// Source: config_parse() in systemd's src/shared/conf-parser.c and read_line_full() in
// src/basic/fileio.c, which are the same in systemd 252 to 262; systemd.syntax(7).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace ringfence::unit {

/// The limit for a physical line and for a joined one, in bytes (LONG_LINE_MAX). A line that
/// reaches it is an error that ends the file.
inline constexpr std::size_t line_max = std::size_t{1} << 20;

/// The characters that systemd treats as blanks.
inline constexpr std::string_view whitespace = " \t\n\r";

/// Text from one or more physical lines. It knows the position of each byte in the file.
class SourceText {
  public:
    /// Appends text that begins at this line and column of the file.
    void append(std::string_view text, unsigned line, unsigned column);
    /// Replaces the last byte by a space, as systemd does with the backslash that continues a line.
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
    std::optional<Anchor> first_;  // at offset 0; the only one unless lines were joined
    std::vector<Anchor> others_;   // sorted by offset
};

/// The lines of one file that systemd reads, up to the first fatal problem.
struct LogicalLines {
    std::vector<SourceText> lines;
    std::optional<Diagnostic> fatal;  ///< a line that is too long: systemd stops there
    std::vector<SourceText> lost;     ///< the lines behind it
};

/// Splits the whole text of a file.
LogicalLines split_lines(std::string_view text, const SharedText& file);

/// Whether systemd accepts `text` as UTF-8 (src/basic/utf8.c). Unlike ringfence::is_utf8(), systemd
/// refuses noncharacters.
bool is_text_for_systemd(std::string_view text);

/// A part of a text, as offsets.
struct Span {
    std::size_t begin;
    std::size_t end;
};
/// The part `within` of `text` without the blanks at its ends.
Span strip(std::string_view text, Span within);

}  // namespace ringfence::unit
