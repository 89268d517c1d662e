// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/audit.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
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

// The kernel answers at once. The limit is there so that a diagnosis always ends.
constexpr timeval answer_within = {2, 0};

struct Reply {
    nlmsghdr header;
    char data[512];
};

bool ask(int fd, std::uint16_t type) {
    const nlmsghdr request = {sizeof request, type, NLM_F_REQUEST, 1, 0};
    const sockaddr_nl kernel = {AF_NETLINK, 0, 0, 0};
    return ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &answer_within, sizeof answer_within) == 0 &&
           ::sendto(fd, &request, sizeof request, 0, reinterpret_cast<const sockaddr*>(&kernel),
                    sizeof kernel) == sizeof request;
}

AuditStatus from_kernel(const Reply& reply, std::size_t size) {
    audit_status status = {};  // older kernels send fewer fields
    std::memcpy(&status, reply.data, std::min(size - sizeof reply.header, sizeof status));
    return {status.enabled, status.pid, status.rate_limit, status.backlog_limit, status.lost};
}

// A bit of a comparison for each of =, < and >.
bool compares(std::uint32_t type, std::uint32_t comparison, std::uint32_t value) {
    return (type == value && (comparison & AUDIT_EQUAL) != 0) ||
           (type < value && (comparison & AUDIT_LESS_THAN) != 0) ||
           (type > value && (comparison & AUDIT_GREATER_THAN) != 0);
}

// Other fields (the user, the program) only narrow a rule.
bool excludes_landlock(const audit_rule_data& rule) {
    if (rule.flags != AUDIT_FILTER_EXCLUDE) return false;
    constexpr std::uint32_t landlock_types[] = {1423, 1424};
    return std::any_of(std::begin(landlock_types), std::end(landlock_types), [&](auto type) {
        for (std::uint32_t i = 0; i < rule.field_count && i < AUDIT_MAX_FIELDS; ++i)
            if (rule.fields[i] == AUDIT_MSGTYPE &&
                !compares(type, rule.fieldflags[i], rule.values[i]))
                return false;
        return true;
    });
}

// Whoever has CAP_AUDIT_CONTROL can hide denials in this way, and auditing stays on.
bool any_rule_excludes_landlock(int fd) {
    if (!ask(fd, AUDIT_LIST_RULES)) return false;
    for (;;) {
        char reply[16384];  // a rule's texts are behind it
        const ssize_t size = ::recv(fd, reply, sizeof reply, 0);
        if (size < 0 && errno == EINTR) continue;
        nlmsghdr header = {};
        if (size < static_cast<ssize_t>(sizeof header)) return false;
        std::memcpy(&header, reply, sizeof header);
        if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) return false;
        audit_rule_data rule = {};
        std::memcpy(&rule, reply + sizeof header,
                    std::min(static_cast<std::size_t>(size) - sizeof header, sizeof rule));
        if (header.nlmsg_type == AUDIT_LIST_RULES && excludes_landlock(rule)) return true;
    }
}

}  // namespace

tl::expected<AuditStatus, std::error_code> read_audit_status() {
    const Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT));
    if (!fd || !ask(fd.get(), AUDIT_GET)) return tl::unexpected(last_error());
    for (;;) {
        Reply reply = {};
        const ssize_t size = ::recv(fd.get(), &reply, sizeof reply, 0);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return tl::unexpected(last_error());
        if (static_cast<std::size_t>(size) < sizeof reply.header) continue;
        if (reply.header.nlmsg_type == AUDIT_GET) {
            AuditStatus status = from_kernel(reply, static_cast<std::size_t>(size));
            status.excludes_landlock = any_rule_excludes_landlock(fd.get());
            return status;
        }
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
