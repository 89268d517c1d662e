// SPDX-License-Identifier: LGPL-2.1-or-later
// What a policy change does, for people, for merge requests and for programs.
#pragma once

#include <string>
#include <vector>

#include "cli/right_names.h"
#include "cli/terminal.h"
#include "policy/compare.h"

namespace ringfence::cli {

/// One policy. Where only one side has it, there is nothing to compare: a new one narrows (units
/// that name it optionally are fenced from now on), one that is gone widens.
struct PolicyDifference {
    enum class Presence { both, only_new, only_old };
    std::string name;
    Presence presence = Presence::both;
    policy::Difference difference;

    policy::Verdict verdict() const;
};

/// Of all of them together.
policy::Verdict verdict_of(const std::vector<PolicyDifference>& policies);
/// "same", "widens", "narrows", "both".
const char* name_of(policy::Verdict verdict);
/// The same in words: "widens and narrows" for both.
const char* verdict_text(policy::Verdict verdict);

std::string to_text(const std::vector<PolicyDifference>& policies, const Terminal& terminal);
std::string to_markdown(const std::vector<PolicyDifference>& policies);
std::string to_json(const std::vector<PolicyDifference>& policies);

// What the three have in common
// ---------------------------------------------------------------------

/// "read, fs.ioctl_dev": the policy's words for whole groups, the kernel's names for the rest.
std::string words_of(const landlock::Access& access);
/// "8080" or "8080-8089".
std::string ports_text(const policy::PortChange& change);
/// "minimum_abi: 4 -> 1", "systemd: + NoNewPrivileges=yes".
std::string setting_text(const policy::SettingChange& change);
/// What stands for the direction of a change in a line: "+", "-" or "~".
const char* sign_of(policy::Direction direction);

}  // namespace ringfence::cli
