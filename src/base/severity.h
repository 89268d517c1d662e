// SPDX-License-Identifier: LGPL-2.1-or-later
// How bad it is what a check found.
#pragma once

#include <cstdint>

namespace ringfence {

enum class Severity : std::uint8_t {
    note,     ///< worth knowing; nothing is wrong
    warning,  ///< the policy allows more, or does less, than its author can have meant
    error,    ///< the service does not start
};

/// "error", "warning", "note".
constexpr const char* name_of(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "";
}

}  // namespace ringfence
