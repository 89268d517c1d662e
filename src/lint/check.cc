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
     "a file that cannot be read may ask for a fence, and nobody can tell", "", nullptr},
    {"refused-unit", S::error, Needs::unit,
     "the unit asks for a fence that it cannot get, so it does not start",
     "", nullptr},
    {"unknown-check", S::error, Needs::rules,
     "an exception for a check that does not exist justifies nothing",
     "ringfence-check(1) lists the checks", nullptr},
    {"unseen-unit", S::warning, Needs::unit_files,
     "a unit that another generator or systemd-run(1) makes cannot be fenced by ringfence's generator",
     "use ringfence enable --static UNIT", nullptr},
    {"foreign-drop-in", S::error, Needs::unit_files,
     "another generator changes the command of a fenced unit: its drop-in undoes the fence, or the fence undoes it",
     "move its settings to a drop-in in /etc, which ringfence-generator can read", nullptr},
    {"lost-request", S::warning, Needs::unit_files,
     "a line that looks like a request for a fence has no effect where it stands: the service runs without a fence",
     "write X-LandlockPolicy= in [Service] of a drop-in in SERVICE.service.d", nullptr},
    {"missing-unit", S::note, Needs::unit,
     "a policy for a unit that does not exist fences nothing",
     "correct the name, or take it out of `units`", nullptr},
    {"unused-exception", S::note, Needs::rules,
     "an exception that nothing needs will hide the next mistake",
     "remove it", nullptr},

    // What the policy allows.
    {"broad-write", S::warning, Needs::rules,
     "a service that changes the system, all services' files or homes can take over the machine",
     "name the directories that it writes to, best its own: StateDirectory=, LogsDirectory=", check_broad_write},
    {"control-write", S::warning, Needs::rules,
     "a service that may change units, policies, cron jobs, accounts or libraries can run without its fence after "
     "the next start",
     "leave the rule out, or name the one file that must change", check_control_write},
    {"broad-read", S::warning, Needs::rules,
     "these trees hold other services' data and credentials",
     "name the files and directories that it reads", check_broad_read},
    {"broad-execute", S::warning, Needs::rules,
     "an attacker finds every tool there: shells, interpreters, compilers, download programs",
     "name the programs that it starts", check_broad_execute},
    {"data-execute", S::warning, Needs::rules,
     "programs do not belong where services and people write: what is put there is executed",
     "install the program in /usr or /opt, and execute it there", check_data_execute},
    {"command-execute", S::warning, Needs::rules,
     "shells, interpreters and tools that run other programs do what injected commands tell them to",
     "leave the rule out, or say in [[check.allow]] what the service needs the program for", check_command_execute},
    {"write-execute", S::warning, Needs::rules,
     "the service may execute files that it may write: an uploaded file becomes a program",
     "write and execute in different directories", check_write_execute},
    {"nested-grant", S::error, Needs::rules,
     "where the service may make links or move directories, it can lead the rule's path elsewhere; the next start is "
     "then refused",
     "let it write in directories beside that path, or move what the rule is on", check_nested_grant},
    {"whole-tree", S::warning, Needs::rules,
     "the kernel's and the manager's trees are interfaces to the whole machine",
     "name the files in it", check_whole_tree},
    {"credentials", S::warning, Needs::rules,
     "keys and passwords are stolen with the first read, and whoever changes them can log in",
     "name other files, or let the manager pass them: LoadCredential=", check_credentials},
    {"device-node", S::warning, Needs::rules,
     "whoever makes device nodes reaches every disk and the memory of the machine",
     "leave fs.make_char and fs.make_block out: systemd and udev make devices", check_device_node},
    {"root-socket", S::warning, Needs::rules,
     "the program behind the socket does as root what the fence denies",
     "leave the rule out, or put something before the socket that forwards only what is needed", check_root_socket},
    {"all-ports", S::warning, Needs::rules,
     "a rule for all ports restricts nothing",
     "name the ports", check_all_ports},
    {"wide-ports", S::note, Needs::rules,
     "a wide range reaches services that it was not meant for",
     "name the ports", check_wide_ports},
    {"unrestricted", S::warning, Needs::rules,
     "the fence does not restrict these rights anywhere",
     "allow it on the paths or ports that need it", check_unrestricted},
    {"kept-capability", S::warning, Needs::rules,
     "with this capability a process gets out of the fence, whatever the other rules are",
     "let another service do what needs it, or say in [[check.allow]] why the service may leave its fence",
     check_kept_capability},

    // Rules that have no effect, or another effect than they seem to have.
    {"covered-rule", S::note, Needs::rules,
     "the rule adds nothing: the rules on directories above it allow the same",
     "remove it, or the wider one", check_covered_rule},
    {"unreachable-rule", S::warning, Needs::rules,
     "an earlier layer denies all that the rule allows, so it allows nothing",
     "allow it in the earlier layer too, or remove it", check_unreachable_rule},
    {"udp-without-bind", S::warning, Needs::rules,
     "the kernel binds a UDP socket that sends without a port to an ephemeral one, and that needs the right to bind "
     "port 0 (Linux 7.2)",
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
     "a rule on a file holds for its inode: if another file takes its place by rename, the rule does not hold for "
     "that file",
     "give the rule to its directory, or restart the service after the change", check_replaced_file},

    // How rules fit the files of the machine.
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
     "if a path that must exist does not exist, the service does not start",
     "correct it, or write \"-\" before it", check_missing_path},
    {"foreign-link", S::warning, Needs::unit_files,
     "whoever owns a link, or may write its directory, decides at the next start what the rule is for",
     "give the link and its directory to root, or refuse such links: trust_links = \"root\"", check_foreign_link},
    {"setuid-program", S::warning, Needs::unit_files,
     "under no_new_privs a set-user-ID program runs without its privileges, and mostly fails",
     "remove the rule, or let another service do what the program does", check_setuid_program},
    {"setuid-tree", S::note, Needs::unit_files,
     "under no_new_privs a set-user-ID program runs without its privileges, and mostly fails",
     "name the programs that the service starts", check_setuid_tree},

    // How the policy and the unit fit together.
    {"hidden-path", S::warning, Needs::unit,
     "the unit's own settings hide the path from its processes, and the fence is made behind them",
     "change the setting, or take the rule out", check_hidden_path},
    {"read-only-path", S::warning, Needs::unit,
     "what the unit's own settings make read-only stays so, whatever the policy allows",
     "add ReadWritePaths= to the unit, or let the policy allow reading alone", check_read_only_path},
    {"denied-mount", S::warning, Needs::unit,
     "every fence that restricts files denies mount(2), umount(2), pivot_root(2) and their like, and no rule can "
     "allow them",
     "let systemd mount, or leave the program out of the fence", check_denied_mount},
    {"denied-process", S::warning, Needs::unit,
     "every fence denies ptrace(2) on processes outside of it, and reading the files in /proc that need the "
     "permission to trace; no rule can allow it",
     "leave the program out of the fence, or switch off what looks into other processes", check_denied_process},
    {"reload-signal", S::warning, Needs::unit,
     "each fenced command has a domain of its own, and with the scope `signal` it cannot signal another's processes",
     "take the setting out of X-LandlockWrap=", check_reload_signal},
    {"unfenced-command", S::note, Needs::unit,
     "outside of the fence, a command does with its own rights what it reads in files of the service, such as a PID "
     "file",
     "name the setting in X-LandlockWrap=, or let systemd do it: KillSignal=, Type=notify-reload",
     check_unfenced_command},
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
     "if a variable is not set, systemd replaces it by an empty text, and the rule is then for another path",
     "set it with Environment=, or use a specifier such as %S", check_unset_variable},
    {"inherited-grant", S::warning, Needs::unit,
     "the unit's own settings grant more than the policy does (`inherit`)",
     "change the unit's setting, or write inherit = false and name what is needed", check_inherited_grant},
    {"written-program", S::error, Needs::unit_files,
     "a service that can change its own program chooses what runs at its next start, and which interpreter its fence allows",
     "install the program where the service may not write; the generator adds no rule for its interpreter",
     check_written_program},
    {"written-input", S::error, Needs::unit_files,
     "what the service writes there decides at the next start which path a rule of its fence is for",
     "keep it where the service may not write, or write the path out", check_written_input},
    {"opened-before-fence", S::error, Needs::unit_files,
     "systemd opens it as root before the fence is up, and follows links: a link that the service leaves there leads "
     "past the fence at the next start",
     "keep it where the service may not write", check_opened_before_fence},
    {"outlives-restart", S::note, Needs::unit,
     "what outlives a restart keeps the fence that it had before, also if the policy allows less by now",
     "after such a change stop the unit, end what is left of it, and start it", check_outlives_restart},
    {"selinux-domain", S::warning, Needs::unit_files,
     "SELinux chooses the service's domain by the label of the file that systemd executes, which is the wrapper's",
     "set SELinuxContext= in the unit", check_selinux_domain},
    {"apparmor-profile", S::warning, Needs::unit,
     "AppArmorProfile= takes effect when the wrapper is executed: the profile must allow what the wrapper does, and "
     "that it executes the service",
     "add rules for the wrapper to the profile, or attach the profile to the program's path", check_apparmor_profile},
    {"system-call-filter", S::warning, Needs::unit,
     "the wrapper runs inside SystemCallFilter=, which does not allow what the wrapper needs: the service does not "
     "start",
     "allow @system-service, or @basic-io, @file-system and @process", check_system_call_filter},
    {"exec-type", S::note, Needs::unit,
     "with Type=exec, systemd counts the service as started when the wrapper was executed, not the program",
     "if others depend on the service, let it say when it is ready: Type=notify, Type=dbus or a socket unit",
     check_exec_type},
    {"log-identifier", S::note, Needs::unit,
     "a unit has one identifier in the journal and in syslog: behind the wrapper that is its first program's name",
     "if something looks for the others by their names, set SyslogIdentifier= in the unit, or let them use logger(1)",
     check_log_identifier},
    {"no-reports", S::note, Needs::unit,
     "the wrapper cannot send its reports: after a reload, ringfence status does not know which version of the fence "
     "the service runs behind",
     "let the wrapper reach the sockets of the journal and of systemd", check_no_reports},
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

void Reporter::add(const Location& where, std::string about, std::string message,
                   std::string hint) {
    Finding finding;
    finding.id = check_.id;
    finding.severity = check_.severity;
    // Rules without a place come from the unit's settings, so the finding points at the unit's
    // request.
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
