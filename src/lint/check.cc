// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lint/check.h"

#include <algorithm>

#include "lint/facts.h"

namespace ringfence::lint {

namespace {

using S = Severity;

// clang-format off
constexpr Check table[] = {
    // Found while policies and units are read.
    {"invalid-policy", S::error, Needs::rules,
     "the policy cannot be used: every service that names it stays down",
     "", nullptr},
    {"invalid-defaults", S::error, Needs::rules,
     "the defaults in ringfence.conf cannot be used: every unit that asks for a fence stays down", "", nullptr},
    {"unreadable", S::error, Needs::files,
     "what cannot be read may ask for a fence, and nobody can tell", "", nullptr},
    {"refused-unit", S::error, Needs::unit,
     "the unit asks for a fence that it cannot get, so it does not start",
     "", nullptr},
    {"unknown-check", S::error, Needs::rules,
     "an exception for a check that does not exist justifies nothing",
     "ringfence-check(1) lists the checks", nullptr},
    {"unseen-unit", S::warning, Needs::unit_files,
     "a unit that another generator or systemd-run(1) makes cannot be fenced by ringfence's generator",
     "use ringfence enable --static UNIT", nullptr},
    {"missing-unit", S::note, Needs::unit,
     "a policy for a unit that does not exist fences nothing",
     "correct the name, or take it out of `units`", nullptr},
    {"unused-exception", S::note, Needs::rules,
     "an exception that nothing needs will hide the next mistake",
     "remove it", nullptr},

    // What is allowed.
    {"broad-write", S::warning, Needs::rules,
     "a service that changes the system, all services' files or homes can take over the machine",
     "name the directories that it writes to, best its own: StateDirectory=, LogsDirectory=", check_broad_write},
    {"control-write", S::warning, Needs::rules,
     "what may change units, policies, cron jobs, accounts or libraries runs without its fence after the next start",
     "leave the rule out, or name the one file that must change", check_control_write},
    {"broad-read", S::warning, Needs::rules,
     "these trees hold other services' data and credentials",
     "name the files and directories that it reads", check_broad_read},
    {"broad-execute", S::warning, Needs::rules,
     "an attacker finds every tool there: shells, interpreters, compilers, download programs",
     "name the programs that it starts", check_broad_execute},
    {"write-execute", S::warning, Needs::rules,
     "what it may write it may execute: an uploaded file becomes a program",
     "write and execute in different directories", check_write_execute},
    {"whole-tree", S::warning, Needs::rules,
     "the kernel's and the manager's trees are interfaces to the whole machine",
     "name the files in it", check_whole_tree},
    {"credentials", S::warning, Needs::rules,
     "keys and password hashes leave with the first read",
     "name other files, or let the manager pass them: LoadCredential=", check_credentials},
    {"all-ports", S::warning, Needs::rules,
     "a rule for all ports restricts nothing",
     "name the ports", check_all_ports},
    {"wide-ports", S::note, Needs::rules,
     "a wide range reaches services that it was not meant for",
     "name the ports", check_wide_ports},
    {"unrestricted", S::warning, Needs::rules,
     "what is unrestricted, the fence does not restrict at all",
     "allow it on the paths or ports that need it", check_unrestricted},

    // What has no effect, or not the one it seems to have.
    {"covered-rule", S::note, Needs::rules,
     "the rule adds nothing: the rules on directories above it allow the same",
     "remove it, or the wider one", check_covered_rule},
    {"unreachable-rule", S::warning, Needs::rules,
     "an earlier layer denies all that the rule allows, so it allows nothing",
     "allow it in the earlier layer too, or remove it", check_unreachable_rule},
    {"udp-without-bind", S::warning, Needs::rules,
     "a UDP socket that sends without a port of its own is bound to an ephemeral one, which takes the right to "
     "bind port 0 (Linux 7.2)",
     "add bind_udp = [0]", check_udp_without_bind},
    {"newer-rights", S::note, Needs::rules,
     "rights newer than the policy's abi are not restricted on any kernel",
     "review the policy for them, test the service, and raise `abi`", check_newer_rights},
    {"log-socket", S::note, Needs::rules,
     "from ABI 9 on, syslog(3) and sd_journal_print(3) need the right to connect to their sockets",
     "extend the abstraction `journal` if the service logs in that way", check_log_socket},
    {"name-service-socket", S::note, Needs::rules,
     "from ABI 9 on, lookups through nscd, userdbd and resolved need the right to connect to their sockets",
     "extend the abstraction `users` or `name-service`", check_name_service_socket},
    {"replaced-file", S::warning, Needs::rules,
     "a rule on a file is one on its inode: a file that is replaced by rename loses it",
     "give the rule to its directory, or restart the service after the change", check_replaced_file},

    // What the machine's files make of a rule.
    {"right-on-file", S::warning, Needs::files,
     "a file of this type cannot have the right, so the rule does not grant it",
     "give the rule to the directory, or leave the right out", check_right_on_file},
    {"edited-file", S::note, Needs::files,
     "many editors, package managers and configuration tools replace a file by rename, and a running service "
     "then loses its rule",
     "give the rule to its directory if the service reads it again while it runs", check_edited_file},
    {"link-outside", S::note, Needs::files,
     "a link in a granted directory leads to where nothing is granted: the access through it is denied",
     "grant what it leads to as well, if the service needs it", check_link_outside},
    {"missing-path", S::warning, Needs::unit_files,
     "a path that must exist and does not keeps the service from starting",
     "correct it, or write \"-\" before it", check_missing_path},
    {"setuid-program", S::warning, Needs::unit_files,
     "under no_new_privs a set-user-ID program runs without its privileges, and mostly fails",
     "leave it out, or let another service do what it does", check_setuid_program},
    {"setuid-tree", S::note, Needs::unit_files,
     "under no_new_privs a set-user-ID program runs without its privileges, and mostly fails",
     "name the programs that the service starts", check_setuid_tree},

    // What the unit makes of a policy.
    {"reload-signal", S::warning, Needs::unit,
     "each fenced command has a domain of its own, and with the scope `signal` it cannot signal another's processes",
     "take the setting out of X-LandlockWrap=", check_reload_signal},
    {"notify-socket", S::warning, Needs::unit,
     "from ABI 9 on, sd_notify(3) needs the right to connect to the manager's socket: the start would time out",
     "extend the abstraction `notify`", check_notify_socket},
    {"bus-socket", S::warning, Needs::unit,
     "from ABI 9 on, D-Bus needs the right to connect to its socket: the start would time out",
     "add the bus's socket to connect_unix", check_bus_socket},
    {"bare-key", S::warning, Needs::unit,
     "systemd logs a warning about the unknown key at every reload",
     "write X-LandlockPolicy=", check_bare_key},
    {"unset-variable", S::warning, Needs::unit,
     "systemd replaces a variable that is not set by nothing, and the rule is then for another path",
     "set it with Environment=, or use a specifier such as %S", check_unset_variable},
    {"inherited-grant", S::warning, Needs::unit,
     "the unit's own settings grant more than the policy does (`inherit`)",
     "change the unit's setting, or write inherit = false and name what is needed", check_inherited_grant},
    {"selinux-domain", S::warning, Needs::unit_files,
     "SELinux chooses the service's domain by the label of the file that systemd executes, which is the wrapper's",
     "set SELinuxContext= in the unit", check_selinux_domain},
    {"apparmor-profile", S::warning, Needs::unit,
     "AppArmorProfile= takes effect when the wrapper is executed: the profile must allow it what it does, and to "
     "execute the service",
     "add rules for the wrapper to the profile, or attach the profile to the program's path", check_apparmor_profile},
    {"system-call-filter", S::warning, Needs::unit,
     "the wrapper runs inside SystemCallFilter=, which lacks what it needs: the service does not start",
     "allow @system-service, or @basic-io, @file-system and @process", check_system_call_filter},
    {"no-reports", S::note, Needs::unit,
     "SystemCallFilter= would kill the wrapper for its reports, so the start is neither in the journal nor in "
     "systemctl status",
     "set SystemCallErrorNumber=EPERM, or allow @network-io", check_no_reports},
    {"unmediated", S::note, Needs::unit,
     "Landlock does not restrict everything; systemd's own directives restrict the rest",
     "add them to the unit or to the policy's [systemd]", check_unmediated},
};
// clang-format on

bool is_known_enough(const Check& row, const Subject& subject) {
    const bool files = row.needs == Needs::files || row.needs == Needs::unit_files;
    const bool unit = row.needs == Needs::unit || row.needs == Needs::unit_files;
    return (!files || subject.root != nullptr) && (!unit || subject.unit != nullptr);
}

}  // namespace

std::span<const Check> checks() {
    return table;
}

const Check* find_check(std::string_view id) {
    const auto* row = std::find_if(std::begin(table), std::end(table),
                                   [&](const Check& r) { return r.id == id; });
    return row == std::end(table) ? nullptr : row;
}

const char* name_of(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "";
}

void Reporter::add(const Location& where, std::string about, std::string message,
                   std::string hint) {
    Finding finding;
    finding.id = check_.id;
    finding.severity = check_.severity;
    // Rules of the unit alone have no policy to point at.
    const bool nowhere = where.file.empty() && subject_.unit != nullptr;
    finding.problem = {nowhere ? request_of(subject_) : where, std::move(message),
                       hint.empty() ? check_.fix : std::move(hint)};
    finding.subject = std::move(about);
    finding.policy = subject_.rules.name;
    if (check_.needs == Needs::unit || check_.needs == Needs::unit_files)
        finding.unit = subject_.unit->unit.name.full;
    findings_.push_back(std::move(finding));
}

void Reporter::add(const std::vector<policy::Origin>& origins, std::string about,
                   std::string message, std::string hint) {
    const auto own = std::find_if_not(origins.begin(), origins.end(), policy::is_of_abstraction);
    Location where;
    if (own != origins.end())
        where = own->where;
    else if (!origins.empty())
        where = origins.front().where;
    add(where, std::move(about), std::move(message), std::move(hint));
}

std::vector<Finding> check(const Subject& subject) {
    std::vector<Finding> findings;
    for (const Check& row : table) {
        if (row.run == nullptr || !is_known_enough(row, subject)) continue;
        Reporter report(row, subject, findings);
        row.run(subject, report);
    }
    return findings;
}

}  // namespace ringfence::lint
