// SPDX-License-Identifier: LGPL-2.1-or-later
// What may be written to a terminal, and how.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringfence::cli {

/// Text that cannot move the cursor, change colours or pose as other text: control characters
/// (C0, DEL, C1), bidirectional controls, line separators and bytes that are no UTF-8 become \xNN
/// or \u{NNNN}, a backslash is doubled.
std::string printable(std::string_view text);

/// The same for text that is read and not copied back, such as a message or a line of a file: a
/// backslash stays as it is.
std::string visible(std::string_view text);

/// Columns that a text takes: its characters. (East Asian wide characters count one; tables may be
/// off by that.)
std::size_t columns_of(std::string_view text);

struct Terminal {
    bool colour = false;
    std::optional<std::size_t> columns;  ///< nothing: no limit (not a terminal)

    std::string bold(std::string_view text) const;
    std::string dim(std::string_view text) const;
    std::string red(std::string_view text) const;
    std::string yellow(std::string_view text) const;
    std::string cyan(std::string_view text) const;
};

/// Of standard output: colour on a terminal unless $NO_COLOR is set or $TERM is "dumb"; width from
/// the terminal or $COLUMNS.
Terminal standard_output();
/// Of standard error.
Terminal standard_error();

/// Writes text to standard output, through a pager where that is a terminal and `paged`:
/// $SYSTEMD_PAGER, $PAGER, less. Throws what fmt throws when it cannot be written.
void show(const std::string& text, bool paged);

}  // namespace ringfence::cli
