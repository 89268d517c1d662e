// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/audit.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/fd.h"

namespace ringfence::host {

namespace {

std::error_code last_error() {
    return {errno, std::generic_category()};
}

// The kernel answers at once; a time limit all the same, because this is a diagnosis.
constexpr timeval answer_within = {2, 0};

struct Reply {
    nlmsghdr header;
    char data[512];
};

bool ask(int fd) {
    const nlmsghdr request = {sizeof request, AUDIT_GET, NLM_F_REQUEST, 1, 0};
    const sockaddr_nl kernel = {AF_NETLINK, 0, 0, 0};
    return ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &answer_within, sizeof answer_within) == 0 &&
           ::sendto(fd, &request, sizeof request, 0, reinterpret_cast<const sockaddr*>(&kernel),
                    sizeof kernel) == sizeof request;
}

AuditStatus from_kernel(const Reply& reply, std::size_t size) {
    audit_status status = {};  // older kernels send a shorter one
    std::memcpy(&status, reply.data, std::min(size - sizeof reply.header, sizeof status));
    return {status.enabled, status.pid, status.rate_limit, status.backlog_limit, status.lost};
}

}  // namespace

tl::expected<AuditStatus, std::error_code> read_audit_status() {
    const Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT));
    if (!fd || !ask(fd.get())) return tl::unexpected(last_error());
    for (;;) {
        Reply reply = {};
        const ssize_t size = ::recv(fd.get(), &reply, sizeof reply, 0);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return tl::unexpected(last_error());
        if (static_cast<std::size_t>(size) < sizeof reply.header) continue;
        if (reply.header.nlmsg_type == AUDIT_GET)
            return from_kernel(reply, static_cast<std::size_t>(size));
        if (reply.header.nlmsg_type != NLMSG_ERROR) continue;
        nlmsgerr error = {};
        std::memcpy(&error, reply.data, sizeof error);
        if (error.error != 0)
            return tl::unexpected(std::error_code(-error.error, std::generic_category()));
    }
}

AuditListeners audit_listeners(std::string_view table) {
    AuditListeners found;
    std::istringstream lines{std::string(table)};
    std::string line;
    std::getline(lines, line);  // the headings
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string socket, groups, rest;
        int protocol = -1;
        std::uint64_t drops = 0;
        words >> socket >> protocol >> rest >> groups;   // sk Eth Pid Groups
        words >> rest >> rest >> rest >> rest >> drops;  // Rmem Wmem Dump Locks Drops
        constexpr unsigned long readlog = 1UL << (AUDIT_NLGRP_READLOG - 1);
        const bool reads_log = (std::strtoul(groups.c_str(), nullptr, 16) & readlog) != 0;
        if (!words || protocol != NETLINK_AUDIT || !reads_log) continue;
        ++found.count;
        found.drops += drops;
    }
    return found;
}

}  // namespace ringfence::host
