// SPDX-License-Identifier: LGPL-2.1-or-later
// The commands of ExecStart= and its siblings.
//
// Source: config_parse_exec() in systemd's src/core/load-fragment.c (252 to 262);
// systemd.service(5), COMMAND LINES.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "unit/lines.h"
#include "unit/name.h"

namespace ringfence::unit {

/// The prefixes "+", "!" and "!!". A command has at most one of them.
enum class Privileges { unit, full, no_setuid, ambient };

/// A word behind the program.
struct Argument {
    std::string raw;    ///< as written; it means the same wherever a word may stand
    std::string value;  ///< unquoted and unescaped; specifiers and variables are not expanded
};

struct Command {
    bool ignore_failure = false;  ///< "-"
    bool no_expansion = false;    ///< ":": "$" stands for itself
    bool argument_zero = false;   ///< "@": the first argument is argv[0]
    Privileges privileges = Privileges::unit;
    std::string path;  ///< without prefixes, unquoted and unescaped; specifiers are not expanded
    std::vector<Argument> arguments;
    bool is_absolute = true;  ///< false: a name to look for in ExecSearchPath=
    Location where;           ///< of the first word
};

/// The first error in a value of ExecStart= or one of its siblings.
struct CommandError {
    /// What systemd does about it.
    enum class Effect {
        ends_value,  ///< it ignores the rest of the value and goes on with the file
        ends_file,   ///< it ignores the rest of the file; in a fragment, the unit does not load
        uncertain,   ///< its versions differ, or it depends on what a specifier expands to
    };
    Effect effect;
    Diagnostic problem;
};

/// The commands that systemd reads in the value of one assignment.
struct CommandList {
    std::vector<Command> commands;      ///< those before the error
    std::optional<CommandError> error;  ///< nothing: all of the value is valid
};

/// Parses a value for a unit of this name. The value must not be empty: an empty one resets the
/// setting. The name matters, because whether a path is valid depends on its expanded specifiers.
CommandList parse_commands(const SourceText& value, const SharedText& file,
                           const ServiceName& name);

}  // namespace ringfence::unit
