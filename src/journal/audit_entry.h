// SPDX-License-Identifier: LGPL-2.1-or-later
// An audit record in a journal entry. There are two kinds of entries:
//
//  - journald received the record from the audit system: _TRANSPORT=audit, _AUDIT_TYPE=,
//  _AUDIT_ID=.
//  - The kernel wrote the record to its log, because no audit daemon runs (audit_line.h):
//    _TRANSPORT=kernel, and MESSAGE= has everything.
//
// A host may have both for one record (copies.h).
//
// Trust: only journald sets _TRANSPORT=. "kernel" stands for the kernel's log, and root can write
// to that, too (/dev/kmsg). But devkmsg_write() in kernel/printk/printk.c does not let programs use
// the facility 0, and journald writes the facility into SYSLOG_FACILITY=.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/number.h"
#include "journal/loss.h"
#include "journal/record.h"

namespace ringfence::journal {

enum class RecordOrigin : std::uint8_t { audit, kernel_log };

struct AuditEntry {
    RecordOrigin origin = RecordOrigin::audit;
    std::string_view type;     ///< the number, of record.h
    std::uint64_t serial = 0;  ///< of the event
    std::string message;       ///< the name of the type, and the pairs
    bool cut = false;          ///< the kernel's log did not keep the end of the message
};

/// The record in a message of the kernel. Nothing for other messages, and for records of types that
/// no review needs.
std::optional<AuditEntry> entry_of_kernel_message(std::string_view message);

/// The programs that may bring audit records into the syslog of a host (SYSLOG_IDENTIFIER=).
inline constexpr const char* record_senders[] = {"kernel", "audisp-syslog", "audispd"};

/// Whether an entry looks like the record of a denial, but a program sent it. Any program can.
bool is_unread_record(std::string_view transport, std::string_view message);

/// The record in an entry. `field` finds a field of the entry by its name.
template <class Field>
std::optional<AuditEntry> read_audit_entry(const Field& field) {
    const auto text = [&](const char* name) { return field(name).value_or(std::string_view()); };
    if (text("_TRANSPORT") == transport_audit) {
        AuditEntry entry;
        const auto type = audit_type_number(text("_AUDIT_TYPE"));
        if (!type) return std::nullopt;
        entry.type = *type;
        entry.serial = parse_number(text("_AUDIT_ID")).value_or(0);
        entry.message = text("MESSAGE");
        return entry;
    }
    if (!is_of_kernel(text("_TRANSPORT"), text("SYSLOG_FACILITY"))) return std::nullopt;
    return entry_of_kernel_message(text("MESSAGE"));
}

}  // namespace ringfence::journal
