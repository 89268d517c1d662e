// SPDX-License-Identifier: LGPL-2.1-or-later
// One line of auditd's log (auditd.conf(5), log_format): parsed, nothing joined.
//
//   node=HOST type=UNKNOWN[1423] msg=audit(1795249635.328:12269): domain=… blockers=…
//
// ENRICHED lines have auditd's own translations behind the character 0x1d; Fields leaves them out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "journal/source.h"

namespace ringfence::journal {

struct AuditLine {
    std::string_view node;  ///< empty without "node="
    std::string_view type;  ///< "LANDLOCK_ACCESS", "UNKNOWN[1423]", "SYSCALL"
    Time time{};            ///< of the event, in milliseconds
    std::uint64_t serial = 0;
    std::string_view text;  ///< the key=value pairs
};

/// Views into `line`. Nothing when it is no record.
std::optional<AuditLine> parse_audit_line(std::string_view line);

}  // namespace ringfence::journal
