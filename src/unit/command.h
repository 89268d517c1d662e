// SPDX-License-Identifier: LGPL-2.1-or-later
// The commands of ExecStart= and its siblings.
//
// Source: config_parse_exec() in systemd's src/core/load-fragment.c (252 to 262);
// systemd.service(5), COMMAND LINES.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "unit/lines.h"
#include "unit/name.h"

namespace ringfence::unit {

/// "+", "!" and "!!": at most one.
enum class Privileges { unit, full, no_setuid, ambient };

/// A word behind the program.
struct Argument {
    std::string raw;    ///< as written: stays valid, and means the same, wherever a word may stand
    std::string value;  ///< unquoted and unescaped; specifiers and $ are still in it
};

struct Command {
    bool ignore_failure = false;  ///< "-"
    bool no_expansion = false;    ///< ":": $ is literal
    bool argument_zero = false;   ///< "@": the first argument is argv[0]
    Privileges privileges = Privileges::unit;
    std::string path;  ///< decoded, without prefixes; specifiers unexpanded
    std::vector<Argument> arguments;
    bool is_absolute = true;  ///< false: a name for the search path (ExecSearchPath=)
    Location where;           ///< of the first word
};

/// What systemd makes of one assignment.
struct CommandList {
    enum class Outcome {
        complete,   ///< all of it
        truncated,  ///< the commands before the error; the rest of the value is ignored
        fatal,      ///< the commands before the error; the error ends the file (or fails the unit)
        uncertain,  ///< systemd versions differ on it, or what a specifier expands to decides
    };
    std::vector<Command> commands;
    Outcome outcome = Outcome::complete;
    Diagnostic problem;  ///< unless complete
};

/// Parses a value that is not empty (an empty one resets the setting) for a unit of this name:
/// what its specifiers expand to decides which programs are valid.
CommandList parse_commands(const SourceText& value, const std::string& file,
                           const ServiceName& name);

/// A path as systemd stores it: without double slashes, "." components and trailing slashes
/// (path_simplify()).
std::string simplify_path(std::string_view path);

}  // namespace ringfence::unit
