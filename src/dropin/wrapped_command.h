// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads a command that command_line.h has rewritten to run through the wrapper.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dropin/render.h"
#include "landlock/access.h"
#include "unit/command.h"

namespace ringfence::dropin {

/// The wrapper's options that are about the fence as a whole. Source: ringfence-exec(1).
struct WrappedCommand {
    std::string policy;         ///< --policy=: the names of the policies, joined with "+"
    std::string digest;         ///< --digest=: of the rules; empty if it is not given
    std::string refusal;        ///< --refuse=: why the command does not run; empty if it runs
    std::string reports;        ///< --report=: the only place for reports; empty for all places
    landlock::Access asked;     ///< what its layers restrict, as --abi= and others say
    landlock::Access stood_in;  ///< --stand-in=: rights for which something else stands in
};

/// `program`: the path that systemd executes. `arguments`: argv, which begins with argv[0]. Nothing
/// if the program is not the wrapper.
std::optional<WrappedCommand> read_wrapped_command(const Wrapper& wrapper,
                                                   const std::string& program,
                                                   const std::vector<std::string>& arguments);

/// The same for a command in a unit file, where specifiers and variables are not expanded yet.
std::optional<WrappedCommand> read_wrapped_command(const Wrapper& wrapper,
                                                   const unit::Command& command);

}  // namespace ringfence::dropin
