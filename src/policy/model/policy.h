// SPDX-License-Identifier: LGPL-2.1-or-later
// One file of the policy language, parsed and checked, but not merged with others. Every value
// keeps its position in the file.
//
// policy/language makes it of ringfence's own TOML, policy/interop of landlockconfig's files.
// policy/resolve merges several of them into Rules (rules.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/architecture.h"
#include "base/diagnostic.h"
#include "landlock/access.h"
#include "landlock/link_trust.h"
#include "policy/model/settings.h"

namespace ringfence::policy {

/// What a file is for. Which keys it may have depends on that.
enum class Role : std::uint8_t {
    policy,       ///< NAME.toml: units name it
    abstraction,  ///< abstractions/NAME.toml: policies extend it
    drop_in,      ///< NAME.toml.d/*.toml: an administrator's change to a policy or an abstraction
    defaults,     ///< ringfence.conf and its drop-ins: defaults for all policies of a machine
};

template <class T>
struct Located {
    T value{};
    Location where;
};

/// A right, and the text that names it.
struct RightEntry {
    landlock::Access access;
    std::string text;
    Location where;
};

/// A path without rights, from `quiet` or `remove`.
struct ListedPath {
    std::string path;       ///< without the "-"
    bool optional = false;  ///< written with a "-"
    Location where;
};

/// Rights on a path, from a list (`read = […]`) or a [[filesystem.rule]].
struct PathEntry {
    std::string path;  ///< without the "-"
    bool optional = false;
    landlock::Access access;
    bool exact = false;  ///< the file names the rights, not a group of them
    std::string reason;
    Location where;
    std::vector<RightEntry> rights;     ///< each right that a [[filesystem.rule]] names
    ArchitectureSet architectures = 0;  ///< the rule is for these alone; 0: for all
};

struct PortEntry {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    landlock::Access access;  ///< net, one right
    bool optional = false;    ///< in `remove`: written with a "-"
    Location where;
};

struct ScopeEntry {
    landlock::Access scope;
    bool restricted = true;
    Location where;
};

/// Whose tables make up a Ruleset: [filesystem] belongs to a policy, [layer.filesystem] to a layer.
enum class RulesetOf : std::uint8_t { policy, layer };

/// The tables that a policy and each of its layers have: [filesystem], [network] and [scope].
struct Ruleset {
    Location where;           ///< the first line of the file, or of the layer
    bool filesystem = false;  ///< the file has this table; it may be empty
    bool network = false;
    bool scope = false;
    std::vector<PathEntry> paths;
    std::vector<PathEntry> elsewhere;  ///< for other architectures: policy/resolve moves them here
    std::vector<PortEntry> ports;
    std::vector<ScopeEntry> scopes;
    std::vector<RightEntry> unrestricted;   ///< fs and net; scopes are in `scopes`
    std::vector<ListedPath> removed_paths;  ///< drop-ins only
    std::vector<PortEntry> removed_ports;   ///< drop-ins only
};

struct DirectiveEntry {
    std::string key;
    std::string value;
    Location where;
};

/// From [capabilities]: one that the fence does not take away.
struct KeptCapabilityEntry {
    std::string name;  ///< of landlock::capabilities
    std::string reason;
    Location where;
};

/// From [check]: a finding of `ringfence check` that the author accepts.
struct ExceptionEntry {
    std::string id;
    std::string path;  ///< empty: all findings of this check
    std::string reason;
    Location where;
};

struct Policy {
    SharedText file;
    Role role = Role::policy;
    std::optional<Located<std::string>> description;
    std::vector<Located<std::string>> documentation;
    std::vector<Located<std::string>> units;
    std::vector<Located<std::string>> extends;
    std::optional<Located<int>> abi;  ///< Role::policy always has it, Role::abstraction may
    std::optional<Located<int>> minimum_abi;
    std::optional<Located<landlock::LinkTrust>> trust_links;
    std::optional<Located<bool>> inherit;
    std::optional<Located<bool>> forbid_landlock;
    std::optional<Located<bool>> stand_ins;    ///< whether "sockets" is listed
    std::optional<Located<Reports>> reports;   ///< ringfence.conf only
    std::optional<Located<int>> expected_abi;  ///< the same
    Ruleset rules;
    std::vector<Ruleset> layers;
    std::vector<ListedPath> quiet;
    std::vector<DirectiveEntry> systemd;
    std::vector<KeptCapabilityEntry> kept_capabilities;
    std::vector<ExceptionEntry> exceptions;
};

}  // namespace ringfence::policy
