// SPDX-License-Identifier: LGPL-2.1-or-later
// Files in the format of landlockconfig, https://github.com/landlock-lsm/landlockconfig, in JSON
// and TOML. What is said here was read from its sources (src/parser.rs, src/config.rs and
// src/variable.rs of July 2026) and is compared with the original (tests/landlockconfig).
//
//   abi          resolves the groups abi.all, abi.read_execute and abi.read_write, nothing else
//   variable     name and literals; "${name}" in a path stands for each of them in turn
//   ruleset      rights that are handled, scopes that are restricted
//   pathBeneath  rights on paths; a right that any rule gives is handled (in TOML: path_beneath)
//   netPort      rights on ports, the same way (net_port)
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "landlock/access.h"
#include "policy/document.h"
#include "policy/path_template.h"
#include "policy/policy.h"

namespace ringfence::policy {

/// The rights that its files have names for are those of this ABI and older.
inline constexpr int landlockconfig_abi = 6;

/// Rights that one place, or several, give.
struct ConfigGrant {
    landlock::Access access;
    Location where;  ///< the first of them
};

/// One file, or several composed; variables not replaced yet.
struct LandlockConfig {
    std::string file;
    std::optional<int> abi;  ///< as written: may be newer than any that is known
    std::map<std::string, std::set<std::string>> variables;
    landlock::Access handled;  ///< fs, net and scopes, with what the rules imply
    std::map<PathTemplate, ConfigGrant> paths;
    std::map<std::uint16_t, ConfigGrant> ports;
};

/// Whether a TOML file is of this format: it has one of its tables, and no `version`.
bool is_landlockconfig(const Value& root);

/// How its keys are spelt: handledAccessFs, or handled_access_fs.
enum class Spelling : std::uint8_t { json, toml };

/// Errors: everything that the original refuses, with positions.
Result<LandlockConfig> read_landlockconfig(const Value& root, const std::string& file,
                                           Spelling spelling);

/// Reads a text of either kind.
Result<LandlockConfig> parse_landlockconfig(std::string_view text, const std::string& file);

/// landlockconfig's own rule for several files: only what both handle is handled, rules are
/// united and masked to that, variables are united, the older ABI holds. Commutative, associative
/// and idempotent; it can only weaken: one file that handles little takes the others' fences away.
LandlockConfig compose(LandlockConfig a, const LandlockConfig& b);

struct ConfigPath {
    std::string path;  ///< as in the file, variables replaced
    landlock::Access access;
    Location where;
};

/// The paths, each combination of the variables' literals, in the original's order; the same path
/// once. Errors: a variable that no file declares.
Result<std::vector<ConfigPath>> resolve_paths(const LandlockConfig& config);

/// What to do with a path that no policy can have.
enum class Unsayable : std::uint8_t { refuse, leave_out };

struct ConfigPolicy {
    Policy policy;
    Diagnostics left_out;  ///< with Unsayable::leave_out
};

/// The same fence as a policy: `abi` is the ABI of the newest right that is handled, all other
/// rights are unrestricted. Paths are optional, as they are there, and `inherit` is off.
/// Errors: a path that no policy can have, such as a relative one; those of resolve_paths().
Result<ConfigPolicy> to_policy(const LandlockConfig& config, Unsayable unsayable);

/// Rules in this format.
struct ConfigExport {
    std::string text;
    std::vector<std::string> losses;  ///< what the format cannot say, a line each; may be empty
};

/// The lowest layer of `rules`, with rights by name: its meaning does not depend on the version of
/// what reads it. In TOML the losses and the rules' reasons are comments.
/// Errors: nothing of it can be said.
Result<ConfigExport> export_landlockconfig(const Rules& rules, Spelling spelling);

}  // namespace ringfence::policy
