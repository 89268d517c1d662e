// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/verb.h"

namespace ringfence::cli {

namespace {

constexpr Verb table[] = {
    {"enable", "UNIT…", "fence services: write the drop-in that asks for it", run_enable},
    {"disable", "UNIT…", "undo what enable did", run_disable},
    {"status", "[UNIT…]", "show which services are fenced, and how well", run_status},
    {"show", "POLICY…|UNIT…", "show what a fence allows, and where each rule comes from", run_show},
    {"check", "[POLICY|UNIT…]", "find mistakes in policies and in the units that they fence",
     run_check},
    {"diff", "OLD NEW", "show what a policy change allows and takes away", run_diff},
    {"denials", "[UNIT…]", "show what fences denied, and which rules would allow it", run_denials},
    {"report", "", "report on the fences of a host or a fleet", run_report},
    {"doctor", "", "look for what keeps fences from working", run_doctor},
};

}  // namespace

std::span<const Verb> verbs() {
    return table;
}

}  // namespace ringfence::cli
