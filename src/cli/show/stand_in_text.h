// SPDX-License-Identifier: LGPL-2.1-or-later
// Says who does what a right does on a kernel, or for a policy, that is too old for it.
#pragma once

#include <optional>
#include <string>

#include "cli/show/subject.h"
#include "cli/terminal/terminal.h"
#include "dropin/stand_ins.h"

namespace ringfence::cli {

/// Nothing if the subject is no fenced unit: what stands in depends on the unit.
std::optional<dropin::StandIns> stand_ins_of(const ShownSubject& subject, int abi);

/// "kernel", "stand-in", "partly" or "nobody".
const char* word_of(dropin::Coverage coverage);

/// A section of text; empty if the subject is no fenced unit.
std::string stand_in_text(const ShownSubject& subject, int abi, const Terminal& terminal);

}  // namespace ringfence::cli
