// SPDX-License-Identifier: LGPL-2.1-or-later
// Examines what the review of denials needs: audit records of the kernel, and a journal that gets
// them.
#include <algorithm>

#include <fmt/format.h>

#include "host/examine.h"
#include "host/journald.h"
#include "unit/unit.h"

namespace ringfence::host {

namespace {

constexpr char netlink_table[] = "/proc/net/netlink";
constexpr char container_mark[] =
    "/run/systemd/container";  // https://systemd.io/CONTAINER_INTERFACE

std::string at(const JournaldSetting& setting, const std::string& key) {
    return fmt::format("{}: {}={}", to_string(setting.where), key, setting.value);
}

Finding unreadable(const std::error_code& error) {
    if (error == std::errc::protocol_not_supported)
        return {Level::warning, "this kernel has no audit: denials cannot be logged",
                "boot a kernel with CONFIG_AUDIT"};
    return {Level::unknown, "the audit system does not answer: " + error.message(),
            "run ringfence doctor as root, outside of containers"};
}

void add_losses(const AuditStatus& status, Findings& findings) {
    if (status.lost > 0)
        findings.push_back(
            {Level::warning,
             fmt::format("the kernel lost {} audit records since boot, which may "
                         "include denials (backlog limit {})",
                         status.lost, status.backlog_limit),
             fmt::format(
                 "auditctl -b {0}, and audit_backlog_limit={0} on the kernel's command line",
                 std::max(8192u, 2 * status.backlog_limit))});
    if (status.rate_limit > 0)
        findings.push_back(
            {Level::warning,
             fmt::format("the kernel drops audit records above {} a second", status.rate_limit),
             "auditctl -r 0"});
}

void add_listeners(const Machine& machine, Findings& findings) {
    const auto table = machine.root.read(netlink_table);
    if (!table) {
        findings.push_back(
            {Level::unknown, std::string(netlink_table) + ": " + table.error().message(), ""});
        return;
    }
    const AuditListeners listeners = audit_listeners(*table);
    // Only sockets of the first network namespace get the records. The table of a container does
    // not show them.
    if (listeners.count == 0 && machine.root.status(container_mark))
        findings.push_back({Level::unknown,
                            "a container cannot see whether journald receives audit records",
                            "run ringfence doctor on the host"});
    else if (listeners.count == 0)
        findings.push_back({Level::warning,
                            "journald does not receive audit records (no socket in the audit "
                            "log's multicast group)",
                            "systemctl enable --now systemd-journald-audit.socket, then systemctl "
                            "restart systemd-journald"});
    if (listeners.drops > 0)
        findings.push_back({Level::warning,
                            fmt::format("{} audit records were dropped because journald was too "
                                        "slow",
                                        listeners.drops),
                            ""});
}

}  // namespace

Findings examine_audit(const Machine& machine) {
    Findings findings;
    const auto& status = machine.kernel.audit;
    if (!status) {
        findings.push_back(unreadable(status.error()));
    } else if (status->enabled == 0) {
        findings.push_back({Level::warning, "auditing is off: denials are not logged",
                            "auditctl -e 1 (package auditd); for each boot, audit=1 on the "
                            "kernel's command line or Audit=yes in journald.conf"});
    } else {
        findings.push_back({Level::ok, "auditing is on", ""});
    }
    if (status && status->excludes_landlock)
        findings.push_back({Level::warning, "an audit rule drops records of denials",
                            "auditctl -l lists the rules; take out the one with \"exclude\""});
    if (status && status->pid != 0)
        findings.push_back(
            {Level::note,
             fmt::format("an audit daemon (PID {}) reads the records too; --audit-log "
                         "reviews its log",
                         status->pid),
             ""});
    if (status) add_losses(*status, findings);
    add_listeners(machine, findings);
    return findings;
}

Findings examine_journal(const Machine& machine) {
    Findings findings;
    const auto audit = journald_setting(machine.root, "Audit");
    if (audit && unit::parse_boolean(audit->value) == false)
        findings.push_back({Level::warning,
                            at(*audit, "Audit") + " makes journald switch auditing off at boot",
                            "remove the line"});
    const auto storage = journald_setting(machine.root, "Storage");
    if (storage && storage->value == "none") {
        findings.push_back(
            {Level::warning,
             at(*storage, "Storage") + " keeps no journal, so nothing can be reviewed",
             "remove the line"});
    } else if (!machine.root.status("/var/log/journal") ||
               (storage && storage->value == "volatile")) {
        findings.push_back({Level::note, "the journal is kept in /run and is lost at reboot",
                            "mkdir /var/log/journal && journalctl --flush, and no "
                            "Storage=volatile"});
    }
    if (findings.empty()) findings.push_back({Level::ok, "the journal is kept", ""});
    return findings;
}

}  // namespace ringfence::host
