// SPDX-License-Identifier: LGPL-2.1-or-later
// Paths as policies write them. systemd expands specifiers and ${VARIABLES} when it starts the
// unit, so the text is checked here and is not changed.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace ringfence::policy {

struct PathText {
    std::string path;  ///< without the leading "-"
    bool optional = false;
};

/// Why a text is not a path.
struct PathProblem {
    std::size_t offset = 0;  ///< of the byte that is wrong
    std::string message;     ///< the rest of a sentence that begins with the text
    std::string hint;        ///< what to do
};

/// Accepts an absolute path, and a text that begins with a specifier or a ${VARIABLE} that stands
/// for one. "%%" stands for "%" and "$$" for "$". Refuses a text that systemd would not expand, or
/// would expand to something else than it looks like: systemd.unit(5), "Specifiers", and
/// systemd.service(5), "Command lines" (`$NAME` within a word is not expanded).
tl::expected<PathText, PathProblem> parse_path(std::string_view text);

/// A regular expression (ECMA 262) for the texts that parse_path() accepts.
std::string path_pattern();

/// `text` with \xHH for each control character, so that a message stays one line of plain text.
std::string plain(std::string_view text);

/// `text` in double quotes for a message: plain(), and cut after about 100 bytes.
std::string quote(std::string_view text);

}  // namespace ringfence::policy
