// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/verb.h"

namespace ringfence::cli {

namespace {

constexpr Verb table[] = {
    {"denials", "[UNIT…]", "show what fences denied, and which rules would allow it", run_denials},
    {"doctor", "", "look for what keeps fences from working", run_doctor},
};

}  // namespace

std::span<const Verb> verbs() {
    return table;
}

}  // namespace ringfence::cli
