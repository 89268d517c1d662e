// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/audit_entry.h"

#include "journal/audit_line.h"

namespace ringfence::journal {

std::optional<AuditEntry> entry_of_kernel_message(std::string_view message) {
    const auto line = parse_kernel_message(message);
    const auto type = line ? audit_type_number(line->type) : std::nullopt;
    if (!type) return std::nullopt;
    AuditEntry entry;
    entry.origin = RecordOrigin::kernel_log;
    entry.type = *type;
    entry.serial = line->serial;
    entry.message = std::string(*type) + " " + std::string(line->text);
    entry.cut = line->cut;
    return entry;
}

bool is_unread_record(std::string_view transport, std::string_view message) {
    return transport == "syslog" && (parse_kernel_message(message) || parse_audit_line(message)) &&
           looks_like_denial(message);
}

}  // namespace ringfence::journal
