// SPDX-License-Identifier: LGPL-2.1-or-later
// The findings of `ringfence doctor` about a machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ringfence::host {

enum class Level : std::uint8_t {
    ok,
    note,     ///< worth knowing; nothing needs to be done
    unknown,  ///< it could not be examined from here
    warning,  ///< fences work, but denials, reports or rights are lost
    problem,  ///< units that ask for a fence do not start, or may start without it
};

/// "ok", "note" and so on; also used in JSON.
const char* to_string(Level level);

struct Finding {
    Level level = Level::ok;
    std::string message;  ///< one sentence without a final full stop
    std::string fix;      ///< what the administrator can do; may be empty

    bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

}  // namespace ringfence::host
