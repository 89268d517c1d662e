// SPDX-License-Identifier: LGPL-2.1-or-later
// The directories that systemd loads units from, highest priority first.
//
// Source: systemd.unit(5), UNIT FILE LOAD PATH; lookup_paths_init() in systemd's
// src/basic/path-lookup.c. The directories that generators write are left out: while generators
// run, nobody can tell what is in them.
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

/// $SYSTEMD_UNIT_PATH replaces the built-in list; with a ":" at its end it comes before it.
LoadPath load_path(Scope scope, const Environment& environment);

/// Whether this is where systemd-run(1) and StartTransientUnit() keep their units.
bool is_transient_directory(const std::string& directory);

}  // namespace ringfence::unit
