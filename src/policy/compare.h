// SPDX-License-Identifier: LGPL-2.1-or-later
// What one set of rules allows and another does not: by right and object, not by text.
//
// A rule that adds nothing to what a directory above it, or an unrestricted right, allows already
// is no difference. Judged as on a kernel that knows every right; paths are compared as they are
// written (policy/coverage.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "landlock/access.h"
#include "policy/rules.h"

namespace ringfence::policy {

enum class Direction : std::uint8_t {
    widens,   ///< allowed now, not before
    narrows,  ///< allowed before, not any more
    neither,  ///< not about what is allowed, or nothing that can be judged
};

/// Rights on `path` and everything beneath it, but for what is beneath `except`, where nothing
/// changes. "/" also stands for everything that no rule names.
struct PathChange {
    Direction direction = Direction::widens;
    std::string path;
    landlock::Access access;
    std::vector<std::string> except;
    std::vector<Origin> origins;  ///< of the rules that grant it, on the side where they do

    bool operator==(const PathChange&) const = default;
};

/// The ports first…last of one right.
struct PortChange {
    Direction direction = Direction::widens;
    landlock::Access access;
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    std::vector<Origin> origins;

    bool operator==(const PortChange&) const = default;
};

/// A scope that is no longer restricted, or newly so.
struct ScopeChange {
    Direction direction = Direction::widens;
    landlock::Access scope;

    bool operator==(const ScopeChange&) const = default;
};

/// Everything else: "minimum_abi", "inherit", "quiet", "systemd", and "required": a path that both
/// sides have a rule on and that must exist on one only. Empty texts: not there on that side.
struct SettingChange {
    Direction direction = Direction::neither;
    std::string name;
    std::string before;
    std::string after;
    Location where;

    bool operator==(const SettingChange&) const = default;
};

enum class Verdict : std::uint8_t {
    same,     ///< nothing changes in what is allowed
    widens,   ///< something is allowed that was not; nothing is taken away
    narrows,  ///< something is taken away; nothing is added
    both,
};

struct Difference {
    std::vector<PathChange> paths;  ///< sorted by path, widening ones first
    std::vector<PortChange> ports;
    std::vector<ScopeChange> scopes;
    std::vector<SettingChange> settings;

    Verdict verdict() const;
    bool empty() const {
        return paths.empty() && ports.empty() && scopes.empty() && settings.empty();
    }
};

Difference compare(const Rules& before, const Rules& after);

}  // namespace ringfence::policy
