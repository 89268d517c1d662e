// SPDX-License-Identifier: LGPL-2.1-or-later
// The keys of landlockconfig files, for those who read and who write them. Private to this folder.
//
// Source: src/parser.rs of landlockconfig, July 2026.
#pragma once

#include "landlock/access.h"
#include "policy/interop/foreign_key.h"

namespace ringfence::policy {

// The top level.
inline constexpr ForeignKey key_abi("abi");
inline constexpr ForeignKey key_variable("variable");
inline constexpr ForeignKey key_ruleset("ruleset");
inline constexpr ForeignKey key_path_beneath("path_beneath", "pathBeneath");
inline constexpr ForeignKey key_net_port("net_port", "netPort");

// A variable.
inline constexpr ForeignKey key_name("name");
inline constexpr ForeignKey key_literal("literal");

// A rule on paths or ports.
inline constexpr ForeignKey key_allowed("allowed_access", "allowedAccess");
inline constexpr ForeignKey key_parent("parent");
inline constexpr ForeignKey key_port("port");

/// A key of a ruleset: the rights of one family that it restricts.
struct HandledKey {
    landlock::Family family;
    ForeignKey key;
};
inline constexpr HandledKey handled_keys[] = {
    {landlock::Family::fs, {"handled_access_fs", "handledAccessFs"}},
    {landlock::Family::net, {"handled_access_net", "handledAccessNet"}},
    {landlock::Family::scope, ForeignKey("scoped")},
};

}  // namespace ringfence::policy
