// SPDX-License-Identifier: LGPL-2.1-or-later
// A policy that a program makes, with a comment for each line: what `import` writes.
//
// A Policy is what a file said, with positions; Rules are what many files come to. A Draft is the
// way back to text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "landlock/access.h"
#include "landlock/rights.h"
#include "policy/policy.h"
#include "policy/rules.h"

namespace ringfence::policy {

struct DraftPath {
    std::string path;  ///< as in a policy: "%" and "$" doubled where they stand for themselves
    bool optional = false;
    landlock::Access access;
    std::string comment;
};

struct DraftPorts {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    landlock::Access access;  ///< one right
    std::string comment;
};

/// A right that is left unrestricted, or a scope.
struct DraftRight {
    landlock::Access access;
    std::string comment;
};

/// [filesystem], [network] and [scope] of a policy or a layer.
struct DraftRuleset {
    bool filesystem = true;  ///< a layer without the table does not restrict files
    bool network = true;
    bool scope = true;
    std::vector<DraftPath> paths;
    std::vector<DraftPorts> ports;
    std::vector<DraftRight> unrestricted;  ///< fs and net
    std::vector<DraftRight> free_scopes;   ///< that are not restricted
    std::vector<std::string> notes;        ///< comments that stand before its tables
};

struct DraftDirective {
    std::string key;
    std::string value;
    std::string comment;
};

struct Draft {
    std::vector<std::string> head;  ///< lines of the comment that the file begins with
    std::string description;
    std::vector<std::string> units;
    std::vector<DraftPath> extends;  ///< `path` is the name
    int abi = landlock::newest_abi;
    std::string abi_comment;
    int minimum_abi = 1;
    std::optional<bool> inherit;
    std::string inherit_comment;
    DraftRuleset rules;
    std::vector<DraftRuleset> layers;
    std::vector<DraftPath> quiet;
    std::vector<DraftDirective> systemd;
    std::vector<std::string> tail;  ///< lines of the comment at the end: what was not taken over
};

/// The text of a policy file. Reading it gives what the draft says (tests/unit/policy).
std::string write_toml(const Draft& draft);

/// A policy without its comments, which are not part of a Policy; reasons are kept.
Draft draft_of(const Policy& policy);

/// Resolved rules as one policy that extends nothing.
Draft draft_of(const Rules& rules);

/// `text` as a TOML basic string, with its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string toml_string(std::string_view text);

}  // namespace ringfence::policy
