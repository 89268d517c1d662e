// SPDX-License-Identifier: LGPL-2.1-or-later
// Describes a policy change for people, for merge requests and for programs.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal/terminal.h"
#include "policy/judge/compare.h"

namespace ringfence::cli {

/// The difference between the two versions of one policy. If one side does not have the policy, the
/// rules are not compared: a new policy narrows, since units that name it optionally are fenced
/// from now on, and a removed policy widens.
struct PolicyDifference {
    enum class Presence { both, only_new, only_old };
    std::string name;
    Presence presence = Presence::both;
    policy::Difference difference;

    policy::Verdict verdict() const;
};

/// The verdict about all policies together.
policy::Verdict verdict_of(const std::vector<PolicyDifference>& policies);
/// "same", "widens", "narrows", "both".
const char* name_of(policy::Verdict verdict);
/// The same in words: "widens and narrows" for both.
const char* verdict_text(policy::Verdict verdict);

std::string to_text(const std::vector<PolicyDifference>& policies, const Terminal& terminal);
std::string to_markdown(const std::vector<PolicyDifference>& policies);
std::string to_json(const std::vector<PolicyDifference>& policies);

// What all three forms use ---------------------------------------------------------------------

/// "read, fs.ioctl_dev": the policy's words for whole groups, the kernel's names for the rest.
std::string words_of(const landlock::Access& access);
/// "8080" or "8080-8089".
std::string ports_text(const policy::PortChange& change);
/// "minimum_abi: 4 -> 1", "systemd: + NoNewPrivileges=yes".
std::string setting_text(const policy::SettingChange& change);
/// The sign for the direction of a change: "+", "-" or "~".
const char* sign_of(policy::Direction direction);

}  // namespace ringfence::cli
