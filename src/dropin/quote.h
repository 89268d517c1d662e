// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes texts as words of a command line in a unit file.
//
// systemd reads such a line in three steps. When it loads the unit, it removes quotes and escapes,
// and then expands specifiers ("%i"). Right before execve(2) it expands variables ("${NAME}"),
// unless the command has the prefix ":". Source: systemd.service(5), COMMAND LINES.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringfence::dropin {

/// A word that the first step turns into `text`, so that specifiers and variables in it are
/// expanded. It has quotes only if they are needed. Bytes that are not UTF-8 become escapes.
std::string quote_word(std::string_view text);
/// The same, appended to `out`.
void append_quoted(std::string& out, std::string_view text);

/// Rewrites a text for a command in which systemd does not expand variables: "$$" becomes "$".
/// Nothing if the text has a variable, "${NAME}".
std::optional<std::string> without_variables(std::string_view text);

}  // namespace ringfence::dropin
