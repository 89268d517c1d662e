// SPDX-License-Identifier: LGPL-2.1-or-later
// Compares what two sets of rules allow, by right and object and not by text.
//
// A rule makes no difference if a directory above it or an unrestricted right allows the same
// already. The judge (judge.h) decides, as on a kernel that knows every right. Paths are compared
// as they are written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "landlock/access.h"
#include "policy/model/rules.h"

namespace ringfence::policy {

enum class Direction : std::uint8_t {
    widens,   ///< allowed now, not before
    narrows,  ///< allowed before, not any more
    neither,  ///< not about what is allowed, or it cannot be judged
};

/// A change of rights on `path` and on everything beneath it. Nothing changes on the paths in
/// `except` and beneath them. "/" also stands for everything that no rule names.
struct PathChange {
    Direction direction = Direction::widens;
    std::string path;
    landlock::Access access;
    std::vector<std::string> except;
    std::vector<Origin> origins;  ///< the rules that grant it, on the side that allows more

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

/// A scope that is restricted on one side only.
struct ScopeChange {
    Direction direction = Direction::widens;
    landlock::Access scope;

    bool operator==(const ScopeChange&) const = default;
};

/// A change of "minimum_abi", "inherit", "trust_links", "forbid_landlock", "stand_ins", "quiet",
/// "capabilities" (one that is kept), "systemd" or "required" (a path with rules on both sides that
/// must exist on one side only). A text is empty if that side does not have the setting.
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
