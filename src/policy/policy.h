// SPDX-License-Identifier: LGPL-2.1-or-later
// One policy file, parsed and checked, nothing merged yet. Every value keeps its position.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "landlock/access.h"
#include "policy/rules.h"

namespace ringfence::policy {

/// What a file is decides which keys it may have.
enum class Role : std::uint8_t {
    policy,       ///< NAME.toml: named by a unit
    abstraction,  ///< abstractions/NAME.toml: rules for others to extend
    drop_in,      ///< NAME.toml.d/*.toml: an administrator's change to either
    defaults,     ///< ringfence.conf and its drop-ins: defaults for all policies of a machine
};

template <class T>
struct Located {
    T value{};
    Location where;
};

/// A right, with the text that named it.
struct RightEntry {
    landlock::Access access;
    std::string text;
    Location where;
};

/// Rights on a path, from a list (`read = […]`) or a [[filesystem.rule]].
struct PathEntry {
    std::string path;  ///< without the "-"
    bool optional = false;
    landlock::Access access;
    bool exact = false;  ///< the rights were given by name
    std::string reason;
    Location where;
    std::vector<RightEntry> rights;  ///< of an exact one, each where it was named
};

struct PortEntry {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    landlock::Access access;
    bool optional = false;  ///< in `remove` only
    Location where;
};

struct ScopeEntry {
    landlock::Access scope;
    bool restricted = true;
    Location where;
};

/// The tables that a policy and each of its layers have: [filesystem], [network] and [scope].
struct Ruleset {
    Location where;           ///< the file's first line, or the layer's
    bool filesystem = false;  ///< the table is there, be it empty
    bool network = false;
    bool scope = false;
    std::vector<PathEntry> paths;
    std::vector<PortEntry> ports;
    std::vector<ScopeEntry> scopes;
    std::vector<RightEntry> unrestricted;  ///< fs and net
    std::vector<PathEntry> removed_paths;  ///< drop-ins only; no rights
    std::vector<PortEntry> removed_ports;  ///< drop-ins only
};

struct DirectiveEntry {
    std::string key;
    std::string value;
    Location where;
};

/// From [check]: a finding of `ringfence check` that is meant.
struct ExceptionEntry {
    std::string id;
    std::string path;  ///< empty: all findings of the check
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
    std::optional<Located<int>> abi;  ///< there in every policy, perhaps in an abstraction
    std::optional<Located<int>> minimum_abi;
    std::optional<Located<bool>> inherit;
    std::optional<Located<Reports>> reports;  ///< ringfence.conf only
    Ruleset rules;
    std::vector<Ruleset> layers;
    std::vector<PathEntry> quiet;  ///< no rights
    std::vector<DirectiveEntry> systemd;
    std::vector<ExceptionEntry> exceptions;
};

/// Nobody reads more problems of one file.
inline constexpr std::size_t most_problems = 100;

/// Reads one file. Errors: everything that is wrong with it, up to most_problems; or, when it is
/// not TOML, where it stops being so.
Result<Policy> parse_policy(std::string_view text, const SharedText& file, Role role);

/// What asks for rights newer than `abi`. parse_policy() has done this for a file with an abi of
/// its own; a drop-in's is that of its policy.
Diagnostics check_abi(const Policy& policy, int abi);

}  // namespace ringfence::policy
