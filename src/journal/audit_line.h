// SPDX-License-Identifier: LGPL-2.1-or-later
// Parses audit records in lines of logs. There are two forms:
//
//   node=HOST type=UNKNOWN[1423] msg=audit(1795249635.328:12269): domain=… blockers=…
//   audit: type=1423 audit(1795249635.328:12269): domain=… blockers=…
//
// auditd writes the first one (auditd.conf(5), log_format), and its plugin for syslog the same
// after a syslog prefix. In ENRICHED lines, auditd's own translations follow the character 0x1d.
// Fields leaves them out. The kernel writes the second one to its log while no audit daemon runs
// (kauditd_printk_skb() in kernel/audit.c), at most ten messages in five seconds. From there it
// gets into the journal, into files of a syslog daemon, and into the output of dmesg(1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "journal/source.h"

namespace ringfence::journal {

struct AuditLine {
    std::string_view node;  ///< empty without "node="
    std::string_view type;  ///< "LANDLOCK_ACCESS", "UNKNOWN[1423]", "SYSCALL", "1423"
    Time time{};            ///< of the event, in milliseconds
    std::uint64_t serial = 0;
    std::string_view text;  ///< the key=value pairs
    bool cut = false;       ///< the log did not keep the end of the text
};

/// A record in auditd's form. The result refers to `line`. Nothing if the line is not a record.
std::optional<AuditLine> parse_audit_line(std::string_view line);

/// A message of the kernel. Nothing if it is not an audit record.
std::optional<AuditLine> parse_kernel_message(std::string_view message);

/// Whether a text that could not be read may be the record of a denial all the same.
bool looks_like_denial(std::string_view text);

enum class LogLineKind : std::uint8_t {
    auditd,     ///< a record in auditd's form, without a prefix
    record,     ///< a record in a log that other programs write to: a syslog file, dmesg
    loss,       ///< the kernel reports that it lost records
    other,      ///< another line of such a log
    separator,  ///< what ausearch(8) and journalctl(1) write between entries
    unread,     ///< looks like the record of a denial, but its form is unknown
    unknown,
};

struct LogLine {
    LogLineKind kind = LogLineKind::unknown;
    bool of_kernel = false;    ///< record: in the kernel's form
    AuditLine record;          ///< auditd, record: `node` is the host in the prefix if there is one
    std::string_view message;  ///< record, loss: the line without the prefix
};

/// Parses a line of any log. The result refers to `line` or to `buffer`.
LogLine parse_log_line(std::string_view line, std::string& buffer);

}  // namespace ringfence::journal
