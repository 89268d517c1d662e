// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/verb.h"

namespace ringfence::cli {

namespace {

constexpr Verb table[] = {
    {"denials", "[UNIT…]", "show what fences denied, and which rules would allow it", run_denials},
    {"import", "FILE…|UNIT", "make a policy of another format or of a unit's directives",
     run_import},
    {"export", "POLICY", "write a policy in the format of landlockconfig", run_export},
};

}  // namespace

std::span<const Verb> verbs() {
    return table;
}

}  // namespace ringfence::cli
