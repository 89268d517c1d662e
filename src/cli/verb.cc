// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/verb.h"

namespace ringfence::cli {

namespace {

constexpr Verb table[] = {
    {"check", "[POLICY|UNIT…]", "find mistakes in policies and in the units that they fence",
     run_check},
    {"show", "POLICY…|UNIT…", "show what a fence allows, and where each rule comes from", run_show},
    {"denials", "[UNIT…]", "show what fences denied, and which rules would allow it", run_denials},
    {"diff", "OLD NEW", "show what a policy change allows and takes away", run_diff},
};

}  // namespace

std::span<const Verb> verbs() {
    return table;
}

}  // namespace ringfence::cli
