// SPDX-License-Identifier: LGPL-2.1-or-later
// Describes what a kernel enforces of a fence.
#pragma once

#include <string>

#include "cli/show/text.h"
#include "cli/terminal/terminal.h"
#include "policy/model/rules.h"

namespace ringfence::cli {

/// One line, without a newline: "ABI 7: enforced; too old for fs.resolve_unix".
std::string kernel_line(const policy::Rules& rules, const ShownKernel& kernel);

/// A section with what the kernel does not enforce, or why the service does not start.
std::string kernel_text(const policy::Rules& rules, const ShownKernel& kernel,
                        const Terminal& terminal);

/// A section with the rights that are newer than the policy. Empty if there are none.
std::string waiting_text(const policy::Rules& rules, const Terminal& terminal);

}  // namespace ringfence::cli
