// SPDX-License-Identifier: LGPL-2.1-or-later
// Policies of landlockd, https://github.com/hamkee-dev-group/landlock, version 1, as drafts.
//
// Source: its policy/landlockd.schema.json and src/landlock_policy.c. Each [[fs_layer]] is a
// ruleset of its own, stacked on the others: what a layer handles must be granted in that layer.
//
//   fs_layer  [filesystem] of the policy, then a [[layer]] each
//   net       [network] of the policy
//   seccomp   SystemCallFilter=~…, SystemCallErrorNumber=
//   mount     TemporaryFileSystem=, BindPaths=, BindReadOnlyPaths=; proc: RootDirectory= mounts it
//   runtime   WorkingDirectory=; root must go into the unit as RootDirectory=
//   broker    the files that it opens become rules; what it does on request has no equivalent
#pragma once

#include <string>

#include "policy/document.h"
#include "policy/draft.h"

namespace ringfence::policy {

/// Whether a TOML file is of this kind: it has one of its own tables.
bool is_landlockd(const Value& root);

/// Errors: what landlockd itself refuses, with positions. What has no equivalent is in `tail`.
Result<Draft> import_landlockd(const Value& root, const std::string& file);

}  // namespace ringfence::policy
