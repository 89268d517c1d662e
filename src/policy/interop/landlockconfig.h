// SPDX-License-Identifier: LGPL-2.1-or-later
// Files in the format of landlockconfig, https://github.com/landlock-lsm/landlockconfig, in JSON
// and TOML.
//
// Source: src/parser.rs, src/config.rs and src/variable.rs of landlockconfig, July 2026.
// tests/landlockconfig compares what is read here with what the original makes of the same files.
//
//   abi          gives the groups abi.all, abi.read_execute and abi.read_write their meaning; it
//                does nothing else
//   variable     a name and literals; "${name}" in a path stands for each of the literals in turn
//   ruleset      the rights that are handled, and the scopes that are restricted
//   pathBeneath  rights on paths (in TOML: path_beneath); a right that any rule gives is handled
//   netPort      rights on ports (in TOML: net_port), the same way
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
#include "policy/interop/foreign_key.h"
#include "policy/interop/path_template.h"
#include "policy/language/document.h"
#include "policy/model/policy.h"
#include "policy/model/rules.h"

namespace ringfence::policy {

/// Its files have names for the rights of this ABI and older ones.
inline constexpr int landlockconfig_abi = 6;

/// The rights that a file gives on one path or port.
struct ConfigGrant {
    landlock::Access access;
    Location where;  ///< the first place that gives some of them
};

/// One file, or several composed. The paths have variables.
struct LandlockConfig {
    std::string file;
    std::optional<int> abi;  ///< as written; it may be newer than newest_abi
    std::map<std::string, std::set<std::string>> variables;
    landlock::Access handled;  ///< fs, net and scopes; the rights that rules give are among them
    std::map<PathTemplate, ConfigGrant> paths;
    std::map<std::uint16_t, ConfigGrant> ports;
};

/// Whether a TOML file is of this format: it has one of the format's tables, and no `version`.
bool is_landlockconfig(const Value& root);

/// Errors: everything that the original refuses, in the order of the file.
Result<LandlockConfig> read_landlockconfig(const Value& root, const std::string& file,
                                           Spelling spelling);

/// Reads JSON or TOML. Errors: as for read_landlockconfig(), and where the text is not JSON or
/// TOML.
Result<LandlockConfig> parse_landlockconfig(std::string_view text, const std::string& file);

/// Makes one configuration of two, as landlockconfig does: it handles what both handle, it has the
/// rules of both as far as they are handled, the variables of both, and the older ABI. This is
/// commutative, associative and idempotent. It can only weaken a fence: a file that handles little
/// takes away what the other one restricts.
LandlockConfig compose(LandlockConfig a, const LandlockConfig& b);

struct ConfigPath {
    std::string path;  ///< as in the file, with literals in place of the variables
    landlock::Access access;
    Location where;
};

/// The paths with each combination of the variables' literals, in the order of the original. A path
/// that comes several times is one row. Errors: a variable that no file declares; too many paths.
Result<std::vector<ConfigPath>> resolve_paths(const LandlockConfig& config);

/// What to do with a path that a policy cannot have.
enum class Unsayable : std::uint8_t { refuse, leave_out };

struct ConfigPolicy {
    Policy policy;
    Diagnostics left_out;  ///< the paths that were left out, with Unsayable::leave_out
};

/// The same fence as a policy. Its `abi` is the ABI of the newest right that is handled, and rights
/// that are not handled are unrestricted. All paths are optional, as landlockconfig skips a path
/// that does not exist, and `inherit` is off.
/// Errors: a configuration that restricts nothing; a path that a policy cannot have, such as a
/// relative one; those of resolve_paths().
Result<ConfigPolicy> to_policy(const LandlockConfig& config, Unsayable unsayable);

/// Rules in this format.
struct ConfigExport {
    std::string text;
    std::vector<std::string> losses;  ///< what the format cannot express, one text each
};

/// Writes the lowest layer of `rules`. It names each right instead of groups, so that its meaning
/// does not depend on the version of landlockconfig that reads it. In TOML, the losses and the
/// reasons of the rules are comments. Errors: the format has no name for any right that is handled.
Result<ConfigExport> export_landlockconfig(const Rules& rules, Spelling spelling);

}  // namespace ringfence::policy
