// SPDX-License-Identifier: LGPL-2.1-or-later
// The directories of the system's service manager, with the specifiers that stand for them and the
// settings that create a unit's directories in them. A user's service manager has other
// directories, which depend on the user. Source: systemd.unit(5), "Specifiers"; systemd.exec(5),
// "RuntimeDirectory=".
#pragma once

#include <map>
#include <string>

#include "unit/load_path.h"
#include "unit/name.h"

namespace ringfence::unit {

struct BaseDirectory {
    char specifier;
    const char* path;
    const char* setting;   ///< nullptr if no setting creates directories there
    const char* variable;  ///< has the directories that the setting creates; nullptr without it
};
inline constexpr BaseDirectory base_directories[] = {
    {'S', "/var/lib", "StateDirectory", "STATE_DIRECTORY"},
    {'t', "/run", "RuntimeDirectory", "RUNTIME_DIRECTORY"},
    {'C', "/var/cache", "CacheDirectory", "CACHE_DIRECTORY"},
    {'L', "/var/log", "LogsDirectory", "LOGS_DIRECTORY"},
    {'E', "/etc", "ConfigurationDirectory", "CONFIGURATION_DIRECTORY"},
    {'T', "/tmp", nullptr, nullptr},
    {'V', "/var/tmp", nullptr, nullptr},
};

/// The values of specifiers by their letter, as far as they are known without systemd: those of
/// directories, unless the unit is a user's, and those that follow from the unit's name. `name`:
/// nullptr if there is no unit.
std::map<char, std::string> specifier_values(Scope scope, const ServiceName* name);

}  // namespace ringfence::unit
