// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks the kernel's audit system whether it logs, who gets the records, and how many were lost.
//
// Sources: AUDIT_GET of netlink(7)'s NETLINK_AUDIT (include/uapi/linux/audit.h, struct
// audit_status); AUDIT_LIST_RULES (struct audit_rule_data); /proc/net/netlink
// (net/netlink/af_netlink.c, netlink_seq_show()).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <tl/expected.hpp>

namespace ringfence::host {

struct AuditStatus {
    std::uint32_t enabled = 0;     ///< 0 off, 1 on, 2 on and locked until the next boot
    std::uint32_t pid = 0;         ///< of the audit daemon (auditd), 0 if there is none
    std::uint32_t rate_limit = 0;  ///< in records a second, 0 if there is no limit
    std::uint32_t backlog_limit = 0;
    std::uint32_t lost = 0;          ///< records since boot
    bool excludes_landlock = false;  ///< a rule of auditctl(8)'s exclude list may drop its records
};

/// Errors: EPERM and ECONNREFUSED inside a container and without CAP_AUDIT_CONTROL; EPROTONOSUPPORT
/// if the kernel has no audit system.
tl::expected<AuditStatus, std::error_code> read_audit_status();

/// The sockets in the multicast group that gets all audit records. journald has such a socket.
struct AuditListeners {
    unsigned count = 0;
    std::uint64_t drops = 0;  ///< records that were lost because a socket's buffer was full
};

/// `table`: the text of /proc/net/netlink.
AuditListeners audit_listeners(std::string_view table);

}  // namespace ringfence::host
