// SPDX-License-Identifier: LGPL-2.1-or-later
// Paths as policies write them: systemd expands specifiers and ${VARIABLES} later, so the text is
// checked here and kept as it is.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace ringfence::policy {

struct PathText {
    std::string path;  ///< without the leading "-"
    bool optional = false;
};

/// Why a text is no path: `message` continues the quoted text ("…" MESSAGE); `offset` is the byte
/// of the text that is wrong.
struct PathProblem {
    std::size_t offset = 0;
    std::string message;
    std::string hint;
};

/// Accepts an absolute path, or one that begins with a specifier or ${VARIABLE} that stands for
/// one; "%%" and "$$" are the characters themselves. Refuses what systemd would leave as it is or
/// expand to something else than it looks like (systemd.unit(5) "Specifiers", systemd.service(5)
/// "Command lines": `$NAME` within a word is not expanded).
tl::expected<PathText, PathProblem> parse_path(std::string_view text);

/// What parse_path() accepts, as a regular expression (ECMA 262).
std::string path_pattern();

/// `text` with control characters as \xHH: a message is plain text in one line.
std::string plain(std::string_view text);

/// `text` in double quotes for a message: control characters as \xHH, and not too much of it.
std::string quote(std::string_view text);

}  // namespace ringfence::policy
