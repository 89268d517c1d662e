// SPDX-License-Identifier: LGPL-2.1-or-later
// Translates policies of landlockd, https://github.com/hamkee-dev-group/landlock, version 1, into
// drafts.
//
// Source: its policy/landlockd.schema.json and src/landlock_policy.c. Each [[fs_layer]] is a
// ruleset of its own, stacked on the others: what a layer handles must be granted in that layer.
//
//   fs_layer  the first becomes [filesystem] of the policy, each further one a [[layer]]
//   net       becomes [network] of the policy
//   seccomp   becomes SystemCallFilter=~… and SystemCallErrorNumber=
//   mount     becomes TemporaryFileSystem=, BindPaths= and BindReadOnlyPaths=
//             (proc in a root becomes MountAPIVFS=)
//   runtime   cwd becomes WorkingDirectory=; the user must write root into the unit
//   broker    the files that the broker opens become rules; what it does on request has no
//             equivalent
#pragma once

#include <string>

#include "policy/language/document.h"
#include "policy/language/draft.h"

namespace ringfence::policy {

/// Whether a TOML file is a policy of landlockd: it has one of the tables above.
bool is_landlockd(const Value& root);

/// Errors: those of read_landlockd(). What has no equivalent stands in the draft's `tail`.
Result<Draft> import_landlockd(const Value& root, const std::string& file);

}  // namespace ringfence::policy
