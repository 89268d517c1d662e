// SPDX-License-Identifier: LGPL-2.1-or-later
// What `ringfence doctor` says about a machine, one finding at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ringfence::host {

enum class Level : std::uint8_t {
    ok,
    note,     ///< worth knowing, nothing to do
    unknown,  ///< could not be looked at from here
    warning,  ///< fences hold, and something about them is lost: denials, reports, rights
    problem,  ///< units that ask for a fence do not start, or could start without one
};

/// "ok", "note", …: also in JSON.
const char* to_string(Level level);

struct Finding {
    Level level = Level::ok;
    std::string message;  ///< one sentence without a final full stop
    std::string fix;      ///< what to do; may be empty

    bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

}  // namespace ringfence::host
