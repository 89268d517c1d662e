// SPDX-License-Identifier: LGPL-2.1-or-later
// Text as words of a unit file's command line.
//
// systemd reads such a line in three steps: unquoting and unescaping, then specifiers ("%i"), both
// when it loads the unit; then variables ("${NAME}"), right before execve(2), unless the command
// has the prefix ":". systemd.service(5), COMMAND LINES.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringfence::dropin {

/// Undone by the first step alone: specifiers and variables in `text` stay what they are. Quotes
/// only where they are needed; bytes that are not UTF-8 become escapes.
std::string quote_word(std::string_view text);
/// The same, appended to `out`.
void append_quoted(std::string& out, std::string_view text);

/// `text` with "%" doubled, and "$" too when `expansion`: undone by the second and third step.
std::string escape_expansions(std::string_view text, bool expansion);

/// The word that reaches the program as exactly `text`.
std::string literal_word(std::string_view text, bool expansion);

/// A text that was written for a command with variables, for one without: "$$" becomes "$".
/// Nothing when it has a "${", which cannot be said there.
std::optional<std::string> without_variables(std::string_view text);

}  // namespace ringfence::dropin
