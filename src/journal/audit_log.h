// SPDX-License-Identifier: LGPL-2.1-or-later
// Parses one line of auditd's log (auditd.conf(5), log_format):
//
//   node=HOST type=UNKNOWN[1423] msg=audit(1795249635.328:12269): domain=… blockers=…
//
// In ENRICHED lines, auditd's own translations follow the character 0x1d. Fields leaves them out.
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

/// The result refers to `line`. Nothing if the line is not a record.
std::optional<AuditLine> parse_audit_line(std::string_view line);

}  // namespace ringfence::journal
