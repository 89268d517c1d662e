// SPDX-License-Identifier: LGPL-2.1-or-later
// The directories from which systemd loads units, highest priority first.
//
// Source: systemd.unit(5), UNIT FILE LOAD PATH; lookup_paths_init() in systemd's
// src/basic/path-lookup.c. The directories that generators write are left out, because their
// contents are not known while generators run.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ringfence::unit {

/// Looks up an environment variable, as getenv(3) does.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

enum class Scope { system, user };

struct LoadPath {
    Scope scope = Scope::system;
    std::vector<std::string> directories;
};

/// $SYSTEMD_UNIT_PATH replaces the built-in directories. If it ends in ":", they follow it.
LoadPath load_path(Scope scope, const Environment& environment);

/// The load path that systemd itself tells, without the directories that generators write.
LoadPath load_path(Scope scope, const std::vector<std::string>& told);

/// Whether this is one of the directories that generators write.
bool is_generator_directory(const std::string& directory);

/// Whether systemd keeps transient units in this directory: those of systemd-run(1) and of
/// StartTransientUnit().
bool is_transient_directory(const std::string& directory);

}  // namespace ringfence::unit
