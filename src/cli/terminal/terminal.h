// SPDX-License-Identifier: LGPL-2.1-or-later
// What may be written to a terminal, and how.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/terminal/arguments.h"

namespace ringfence::cli {

/// Escapes a text so that it cannot move the cursor, change colours or pose as another text.
/// Control characters (C0, DEL, C1), bidirectional controls, line separators and bytes that are not
/// UTF-8 become \xNN or \u{NNNN}. A backslash is doubled, so that no text looks like another one
/// that was escaped. For names and paths in tables.
std::string printable(std::string_view text);

/// The same, but a backslash stays as it is. For messages and lines of files, which people compare
/// with what they wrote.
std::string visible(std::string_view text);

/// The number of columns that a text takes, which is the number of its characters. (An East Asian
/// wide character counts as one, so a table with such characters may be misaligned.)
std::size_t columns_of(std::string_view text);

enum class Style { plain, bold, dim, red, yellow, cyan };

struct Terminal {
    bool colour = false;
    std::optional<std::size_t> columns;  ///< nothing: no limit (not a terminal)

    /// The text in a style. Without colour, the text as it is.
    std::string styled(Style style, std::string_view text) const;
    std::string bold(std::string_view text) const { return styled(Style::bold, text); }
    std::string dim(std::string_view text) const { return styled(Style::dim, text); }
    std::string red(std::string_view text) const { return styled(Style::red, text); }
    std::string yellow(std::string_view text) const { return styled(Style::yellow, text); }
    std::string cyan(std::string_view text) const { return styled(Style::cyan, text); }
};

/// The terminal behind standard output. It has colour unless $NO_COLOR is set or $TERM is "dumb".
/// The width comes from the terminal or from $COLUMNS.
Terminal standard_output();
/// The terminal behind standard error.
Terminal standard_error();

enum class Paging {
    pager,   ///< $SYSTEMD_PAGER, $PAGER or less, where standard output is a terminal
    direct,  ///< no pager
};

/// The choice of --no-pager.
Paging paging_of(const Arguments& arguments);

/// Writes a text to standard output. If that fails, it throws what fmt throws.
void show(const std::string& text, Paging paging);

/// Writes a text that programs read, too (a policy, a drop-in), to standard output. A file or pipe
/// gets the exact bytes. On a terminal, each line is made visible().
void show_exactly(const std::string& text);

}  // namespace ringfence::cli
