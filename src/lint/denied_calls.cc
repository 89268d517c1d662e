// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs that need what every fence denies, and no rule can allow: to mount, and to look into
// other processes.
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/path.h"
#include "lint/check.h"
#include "lint/facts.h"
#include "lint/grants.h"
#include "unit/command.h"
#include "unit/unit.h"

namespace ringfence::lint {

namespace {

enum class Denied : std::uint8_t { mounts, processes };

struct Program {
    std::string_view name;
    Denied denied;
    std::string_view when;  ///< one of these words among the arguments; empty: always
    const char* instead;    ///< what to do; empty: what the check's row says
};

constexpr char fence_containers[] =
    "do not fence the engine: its containers cannot start behind a fence";
constexpr char let_systemd_mount[] =
    "let systemd mount it: a .mount unit, and RequiresMountsFor= in this one";
constexpr char own_namespace[] =
    "write PrivateMounts=, BindPaths= or TemporaryFileSystem= in the unit";
constexpr char own_sandbox[] = "let the fence and systemd's directives take its place";

// clang-format off
constexpr Program programs[] = {
    {"ip", Denied::mounts, "netns vrf", "write NetworkNamespacePath=/run/netns/NAME in the unit, and the program in ExecStart="},
    {"unshare", Denied::mounts, "-m --mount --mount-proc", own_namespace},
    {"mount", Denied::mounts, "", let_systemd_mount},
    {"umount", Denied::mounts, "", let_systemd_mount},
    {"mount.nfs", Denied::mounts, "", let_systemd_mount},
    {"mount.cifs", Denied::mounts, "", let_systemd_mount},
    {"fusermount", Denied::mounts, "", let_systemd_mount},
    {"fusermount3", Denied::mounts, "", let_systemd_mount},
    {"sshfs", Denied::mounts, "", let_systemd_mount},
    {"s3fs", Denied::mounts, "", let_systemd_mount},
    {"gocryptfs", Denied::mounts, "", let_systemd_mount},
    {"encfs", Denied::mounts, "", let_systemd_mount},
    {"ceph-fuse", Denied::mounts, "", let_systemd_mount},
    {"glusterfs", Denied::mounts, "", let_systemd_mount},
    {"rclone", Denied::mounts, "mount mount2", let_systemd_mount},
    {"zfs", Denied::mounts, "mount", let_systemd_mount},
    {"automount", Denied::mounts, "", "write .automount units in its place"},
    {"pivot_root", Denied::mounts, "", own_namespace},
    {"switch_root", Denied::mounts, "", own_namespace},
    {"udisksd", Denied::mounts, "", ""},
    {"snapd", Denied::mounts, "", ""},
    {"snap-confine", Denied::mounts, "", own_sandbox},
    {"bwrap", Denied::mounts, "", own_sandbox},
    {"flatpak", Denied::mounts, "", own_sandbox},
    {"firejail", Denied::mounts, "", own_sandbox},
    {"minijail0", Denied::mounts, "", own_sandbox},
    {"nsjail", Denied::mounts, "", own_sandbox},
    {"systemd-nspawn", Denied::mounts, "", fence_containers},
    {"dockerd", Denied::mounts, "", fence_containers},
    {"containerd", Denied::mounts, "", fence_containers},
    {"containerd-shim-runc-v2", Denied::mounts, "", fence_containers},
    {"podman", Denied::mounts, "", fence_containers},
    {"buildah", Denied::mounts, "", fence_containers},
    {"buildkitd", Denied::mounts, "", fence_containers},
    {"conmon", Denied::mounts, "", fence_containers},
    {"crio", Denied::mounts, "", fence_containers},
    {"runc", Denied::mounts, "", fence_containers},
    {"crun", Denied::mounts, "", fence_containers},
    {"kubelet", Denied::mounts, "", fence_containers},
    {"k3s", Denied::mounts, "", fence_containers},
    {"rke2", Denied::mounts, "", fence_containers},
    {"lxc-start", Denied::mounts, "", fence_containers},
    {"lxd", Denied::mounts, "", fence_containers},
    {"incusd", Denied::mounts, "", fence_containers},
    {"libvirtd", Denied::mounts, "", "set namespaces = [] in qemu.conf"},
    {"virtqemud", Denied::mounts, "", "set namespaces = [] in qemu.conf"},

    {"process-exporter", Denied::processes, "", ""},
    {"prometheus-process-exporter", Denied::processes, "", ""},
    {"netdata", Denied::processes, "", "switch apps.plugin off in netdata.conf"},
    {"apps.plugin", Denied::processes, "", ""},
    {"cadvisor", Denied::processes, "", ""},
    {"telegraf", Denied::processes, "", "leave the input `procstat` out"},
    {"collectd", Denied::processes, "", "leave the plugin `processes` out"},
    {"osqueryd", Denied::processes, "", ""},
    {"wazuh-modulesd", Denied::processes, "", ""},
    {"auditbeat", Denied::processes, "", ""},
    {"metricbeat", Denied::processes, "", "leave the metricset `process` out"},
    {"process-agent", Denied::processes, "", ""},
    {"falco", Denied::processes, "", ""},
    {"sysdig", Denied::processes, "", ""},
    {"atop", Denied::processes, "", ""},
    {"atopacctd", Denied::processes, "", ""},
    {"pmdaproc", Denied::processes, "", ""},
    {"below", Denied::processes, "", ""},
    {"pidstat", Denied::processes, "", ""},
    {"lsof", Denied::processes, "", ""},
    {"fuser", Denied::processes, "", ""},
    {"start-stop-daemon", Denied::processes, "-x --exec", "let systemd start and stop the program itself"},
    {"ss", Denied::processes, "-p --processes", ""},
    {"strace", Denied::processes, "-p --attach", ""},
    {"gdb", Denied::processes, "-p --pid", ""},
    {"gdbserver", Denied::processes, "--attach", ""},
    {"gcore", Denied::processes, "", ""},
    {"perf", Denied::processes, "-p --pid -a", ""},
    {"criu", Denied::processes, "", ""},
    {"needrestart", Denied::processes, "", ""},
};
// clang-format on

bool is_one_of(std::string_view word, std::string_view words) {
    const std::string padded = fmt::format(" {} ", words);
    return !word.empty() && padded.find(fmt::format(" {} ", word)) != std::string::npos;
}

// Whether an argument is one of these words. "-m" is also found in "-rm".
bool is_given(const std::string& argument, std::string_view words) {
    if (is_one_of(argument, words)) return true;
    if (argument.size() < 2 || argument[0] != '-' || argument[1] == '-') return false;
    return std::any_of(argument.begin() + 1, argument.end(),
                       [&](char letter) { return is_one_of(std::string("-") + letter, words); });
}

// The words of a command, also those in the one text that a shell gets (sh -c 'ip netns exec …').
std::vector<std::string> words_of(const unit::Command& command) {
    std::vector<std::string> words = {command.path};
    for (const unit::Argument& argument : command.arguments)
        for (std::size_t at = 0; at < argument.value.size();) {
            const std::size_t end =
                std::min(argument.value.find_first_of(" \t\n;&|()'\"", at), argument.value.size());
            if (end > at) words.push_back(argument.value.substr(at, end - at));
            at = end + 1;
        }
    return words;
}

const Program* find_program(std::string_view path, Denied denied) {
    const std::string name = base_name(path);
    const auto* row = std::find_if(std::begin(programs), std::end(programs), [&](const auto& one) {
        return one.name == name && one.denied == denied;
    });
    return row == std::end(programs) ? nullptr : row;
}

// The program that the command executes, or one that it executes for its part (env, nice, sh -c).
const Program* needed_by(const unit::Command& command, Denied denied) {
    const std::vector<std::string> words = words_of(command);
    for (std::size_t at = 0; at < words.size(); ++at) {
        const Program* row = find_program(words[at], denied);
        // A word such as "mount" may mean anything where no program is named.
        if (row == nullptr || (at > 0 && words[at].find('/') == std::string::npos &&
                               !is_one_of(base_name(words[0]), "sh bash dash env nice ionice")))
            continue;
        if (row->when.empty() ||
            std::any_of(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end(),
                        [&](const std::string& word) { return is_given(word, row->when); }))
            return row;
    }
    return nullptr;
}

void report_commands(const Subject& subject, Reporter& report, Denied denied, const char* what,
                     std::set<std::string>& told) {
    for (const unit::UnitCommand& row :
         unit::commands_of(subject.unit->unit, subject.unit->attachment.wrap)) {
        const Program* program = needed_by(row.command, denied);
        if (program == nullptr || !told.insert(std::string(program->name)).second) continue;
        report.add(row.command.where, std::string(program->name),
                   fmt::format("{}= of {} runs {}, which {}", row.line.key,
                               subject.unit->unit.name.full, program->name, what),
                   program->instead);
    }
}

// A rule on the program itself shows that the service starts it. What it is given is not known.
void report_rules(const Subject& subject, Reporter& report, Denied denied, const char* what,
                  std::set<std::string>& told) {
    for (const policy::PathRule& rule : subject.rules.layers.front().paths) {
        if ((rule.access & executes).empty() || !is_own(rule.origins)) continue;
        const Program* program = find_program(simplify_path(rule.path), denied);
        if (program == nullptr || !program->when.empty()) continue;
        if (told.insert(std::string(program->name)).second)
            report.add(policy::origins_of(rule, executes), rule.path,
                       fmt::format("it may execute \"{}\", which {}", rule.path, what),
                       program->instead);
    }
}

void report_programs(const Subject& subject, Reporter& report, Denied denied, const char* what) {
    std::set<std::string> told;
    report_commands(subject, report, denied, what, told);
    report_rules(subject, report, denied, what, told);
}

}  // namespace

void check_denied_mount(const Subject& subject, Reporter& report) {
    if (!policy::Judge(subject.rules).may_mount())
        report_programs(subject, report, Denied::mounts, "needs to mount");
}

void check_denied_process(const Subject& subject, Reporter& report) {
    // Without the capability, a user cannot look into the processes of others anyway.
    const std::string user = last_value(subject, "User").text;
    const bool is_root = !is_on(subject, "DynamicUser", false) && !subject.user &&
                         (user.empty() || user == "root" || user == "0");
    const std::string ambient = last_value(subject, "AmbientCapabilities").text;
    if (!is_root && ambient.find("CAP_SYS_PTRACE") == std::string::npos) return;
    report_programs(subject, report, Denied::processes, "needs to look into other processes");
}

}  // namespace ringfence::lint
