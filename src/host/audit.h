// SPDX-License-Identifier: LGPL-2.1-or-later
// The kernel's audit system: whether it logs, who listens, what was lost.
//
// Sources: AUDIT_GET of netlink(7)'s NETLINK_AUDIT (include/uapi/linux/audit.h, struct
// audit_status); /proc/net/netlink (net/netlink/af_netlink.c, netlink_seq_show()).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <tl/expected.hpp>

namespace ringfence::host {

struct AuditStatus {
    std::uint32_t enabled = 0;     ///< 0 off, 1 on, 2 on and locked until the next boot
    std::uint32_t pid = 0;         ///< of the daemon that reads unicast (auditd), 0 without one
    std::uint32_t rate_limit = 0;  ///< records a second, 0: none
    std::uint32_t backlog_limit = 0;
    std::uint32_t lost = 0;  ///< records since boot
};

/// Errors: EPERM, ECONNREFUSED: not from inside a container or without CAP_AUDIT_CONTROL;
/// EPROTONOSUPPORT: a kernel without audit.
tl::expected<AuditStatus, std::error_code> read_audit_status();

/// The sockets that get every audit record besides the daemon: journald's.
struct AuditListeners {
    unsigned count = 0;
    std::uint64_t drops = 0;  ///< records that found a socket's buffer full
};

/// `table`: the text of /proc/net/netlink.
AuditListeners audit_listeners(std::string_view table);

}  // namespace ringfence::host
