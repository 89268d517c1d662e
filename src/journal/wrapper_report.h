// SPDX-License-Identifier: LGPL-2.1-or-later
// The wrapper's own journal record (landlock/report.h), with the fields that journald vouches for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/source.h"

namespace ringfence::journal {

struct WrapperReport {
    Id boot = {};

    // Set by journald (systemd.journal-fields(7), "Trusted Journal Fields").
    Unit unit;
    std::optional<std::int64_t> pid;   ///< in journald's PID namespace
    std::optional<std::uint32_t> uid;  ///< in journald's user namespace
    std::string exe;  ///< often already that of the service: journald looks when it receives

    // Claims of the sender.
    std::string tag;
    std::string policy;
    std::string digest;
    std::string program;
    unsigned layers = 0;                  ///< domains that it entered; 0 when it was refused
    std::string status;                   ///< "enforced", "degraded", "refused"
    std::vector<std::string> unenforced;  ///< names of rights
    std::string error;                    ///< why it was refused, or the program not executed
};

/// Whether this is one of the wrapper's MESSAGE_IDs.
bool is_wrapper_message(std::string_view message_id);

/// The current entry of `source` as a report; nothing when it has no LANDLOCK_TAG= of the right
/// form.
std::optional<WrapperReport> read_wrapper_report(Source& source);

/// The wrapper's reports about one start of a unit, oldest first, as journald itself filed them.
/// `invocation`: 32 hex digits.
Result<std::vector<WrapperReport>> reports_of(Source& source, const std::string& invocation);

/// Whether a comm has the form of the wrapper's tag: "rf" and 13 lower-case hex digits.
bool is_tag(std::string_view comm);

}  // namespace ringfence::journal
