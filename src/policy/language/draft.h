// SPDX-License-Identifier: LGPL-2.1-or-later
// A policy that is made by a program, to be written as text: `ringfence import` writes it. It may
// have a comment for each line.
//
// A Policy is what a file says, with positions, and Rules are made of many files. A Draft is the
// way back to text for both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "landlock/access.h"
#include "landlock/rights.h"
#include "policy/model/policy.h"
#include "policy/model/rules.h"

namespace ringfence::policy {

struct DraftPath {
    std::string path;  ///< as in a policy: "%%" stands for "%", and "$$" for "$"
    bool optional = false;
    landlock::Access access;  ///< fs; empty in Draft::quiet
    std::string comment;
};

struct DraftPorts {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    landlock::Access access;  ///< net, one right
    std::string comment;
};

/// A right or a scope that is not restricted.
struct DraftRight {
    landlock::Access access;
    std::string comment;
};

/// [filesystem], [network] and [scope] of a policy or a layer.
struct DraftRuleset {
    bool filesystem = true;  ///< false: a layer that has no such table and does not restrict files
    bool network = true;
    bool scope = true;
    std::vector<DraftPath> paths;
    std::vector<DraftPorts> ports;
    std::vector<DraftRight> unrestricted;  ///< fs and net
    std::vector<DraftRight> free_scopes;   ///< the scopes that are not restricted
    std::vector<std::string> notes;        ///< lines of the comment before its tables
};

/// The name of an abstraction.
struct DraftName {
    std::string name;
    std::string comment;
};

struct DraftDirective {
    std::string key;
    std::string value;
    std::string comment;
};

struct Draft {
    std::vector<std::string> head;  ///< lines of the comment at the beginning of the file
    std::string description;
    std::vector<std::string> units;
    std::vector<DraftName> extends;
    int abi = landlock::newest_abi;
    std::string abi_comment;
    int minimum_abi = 1;
    std::optional<bool> inherit;
    std::string inherit_comment;
    std::optional<landlock::LinkTrust> trust_links;  ///< others or root
    std::optional<bool> forbid_landlock;
    std::optional<bool> stand_ins;
    DraftRuleset rules;
    std::vector<DraftRuleset> layers;
    std::vector<DraftPath> quiet;
    std::vector<DraftDirective> systemd;
    std::vector<std::string> kept_capabilities;
    std::string kept_reason;        ///< not empty if there are any
    std::vector<std::string> tail;  ///< lines of the comment at the end of the file
};

/// The text of a policy file. The parser reads it as what the draft says
/// (tests/unit/policy/language/draft_test.cc).
std::string write_toml(const Draft& draft);

/// A policy as a draft. The reasons of its rules become comments; the comments of its file are not
/// part of a Policy.
Draft draft_of(const Policy& policy);

/// Resolved rules as one policy that extends no abstraction.
Draft draft_of(const Rules& rules);

}  // namespace ringfence::policy
