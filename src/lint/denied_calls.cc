// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs that need what every fence denies, and no rule can allow: to mount, and to look into
// other processes.
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

using Words = std::vector<std::string>;

// A program that executes the command behind its options and operands, or a word of the shell that
// stands before a command.
struct Launcher {
    std::string_view name;
    std::string_view valued;  ///< options whose value is the next word
    std::size_t operands;     ///< words between the options and the command
};

constexpr Launcher launchers[] = {
    {"env", "-u --unset -C --chdir", 0},
    {"nice", "-n --adjustment", 0},
    {"ionice", "-c --class -n --classdata", 0},
    {"chrt", "-T --sched-runtime -P --sched-period -D --sched-deadline", 1},
    {"taskset", "", 1},
    {"timeout", "-k --kill-after -s --signal", 1},
    {"flock", "-w --wait --timeout -E --conflict-exit-code", 1},
    {"nohup", "", 0},
    {"setsid", "", 0},
    {"stdbuf", "-i --input -o --output -e --error", 0},
    {"unshare", "-R --root -w --wd -S --setuid -G --setgid --propagation", 0},
    {"time", "-f --format -o --output", 0},
    {"exec", "-a", 0},
    {"!", "", 0},
    {"{", "", 0},
    {"if", "", 0},
    {"then", "", 0},
    {"elif", "", 0},
    {"else", "", 0},
    {"while", "", 0},
    {"until", "", 0},
    {"do", "", 0},
};

constexpr std::string_view shells = "sh bash dash ash ksh zsh";
constexpr std::string_view valued_of_shells = "-o -O --rcfile --init-file";

bool is_option(std::string_view word) {
    return word.starts_with('-') || word.starts_with('+');
}

// Whether the next word is the option's value. In "-xw" it is that of "-w", and "-w5" has its own.
bool takes_next_word(std::string_view option, std::string_view valued) {
    if (option.starts_with("--")) return is_one_of(option, valued);
    for (std::size_t i = 1; i < option.size(); ++i)
        if (is_one_of(std::string("-") + option[i], valued)) return i + 1 == option.size();
    return false;
}

// The place behind the options that begin at `at`.
std::size_t behind_options(const Words& words, std::size_t at, std::string_view valued) {
    while (at < words.size() && is_option(words[at])) {
        if (words[at] == "--") return at + 1;
        at += takes_next_word(words[at], valued) ? 2 : 1;
    }
    return std::min(at, words.size());
}

// The place behind words such as LANG=C.
std::size_t behind_assignments(const Words& words, std::size_t at) {
    const auto is_assignment = [](const std::string& word) {
        const std::size_t end = word.find('=');
        return end != 0 && end != std::string::npos && word.find('/') > end;
    };
    while (at < words.size() && is_assignment(words[at]))
        ++at;
    return at;
}

// The place of the command that the one at `at` executes; the end of the words if there is none.
std::size_t launched_at(const Words& words, std::size_t at) {
    const std::string name = base_name(words[at]);
    const auto* row = std::find_if(std::begin(launchers), std::end(launchers),
                                   [&](const Launcher& one) { return one.name == name; });
    if (row == std::end(launchers)) return words.size();
    const std::size_t behind = behind_options(words, at + 1, row->valued) + row->operands;
    return behind_assignments(words, std::min(behind, words.size()));
}

// The text that the command at `at` takes for a shell's: sh -c TEXT, flock FILE -c TEXT.
std::string_view shell_text_at(const Words& words, std::size_t at) {
    std::size_t text = at + 1;
    bool given = at > 0 && (words[at] == "-c" || words[at] == "--command");
    if (is_one_of(base_name(words[at]), shells)) {
        text = behind_options(words, at + 1, valued_of_shells);
        for (std::size_t i = at + 1; i < text; ++i)
            given |= words[i].starts_with('-') && !words[i].starts_with("--") &&
                     words[i].find('c') != std::string::npos;
    }
    return given && text < words.size() ? std::string_view(words[text]) : std::string_view();
}

// Reads the simple commands of a shell's text. Nothing is expanded.
class ShellText {
  public:
    explicit ShellText(std::string_view text) : text_(text) {}

    std::vector<Words> commands() {
        while (at_ < text_.size())
            take(text_[at_++]);
        end_command();
        return std::move(commands_);
    }

  private:
    void take(char c) {
        switch (c) {
            case ' ':
            case '\t':
                return end_word();
            case '\n':
            case ';':
            case '&':
            case '|':
            case '(':
            case ')':
            case '`':
                return end_command();
            case '<':
            case '>':
                return redirect();
            case '#':
                if (in_word_) return add(c);
                at_ = std::min(text_.find('\n', at_), text_.size());
                return;
            case '\'':
            case '"':
                return quoted(c);
            case '\\':
                return escaped();
            default:
                return add(c);
        }
    }
    void add(char c) {
        in_word_ = true;
        word_ += c;
    }
    void escaped() {
        if (at_ < text_.size() && text_[at_] != '\n') add(text_[at_]);
        ++at_;
    }
    void quoted(char quote) {
        in_word_ = true;
        while (at_ < text_.size() && text_[at_] != quote) {
            const char c = text_[at_++];
            if (c == '\\' && quote == '"')
                escaped();
            else
                add(c);
        }
        ++at_;
    }
    // 2>&1, >>FILE: neither the number nor what follows is a word of the command.
    void redirect() {
        if (word_.find_first_not_of("0123456789") == std::string::npos) {
            word_.clear();
            in_word_ = false;
        }
        end_word();
        redirected_ = true;
        while (at_ < text_.size() &&
               std::string_view("<>&|").find(text_[at_]) != std::string_view::npos)
            ++at_;
    }
    void end_word() {
        if (!in_word_) return;
        if (!redirected_) words_.push_back(word_);
        redirected_ = in_word_ = false;
        word_.clear();
    }
    void end_command() {
        end_word();
        redirected_ = false;
        if (!words_.empty()) commands_.push_back(std::exchange(words_, {}));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Words> commands_;
    Words words_;
    std::string word_;
    bool in_word_ = false;  ///< also in an empty one: ''
    bool redirected_ = false;
};

Words words_of(const unit::Command& command) {
    Words words = {command.path};
    for (const unit::Argument& argument : command.arguments)
        words.push_back(argument.value);
    if (command.argument_zero && words.size() > 1) words.erase(words.begin() + 1);
    return words;
}

const Program* find_program(std::string_view path, Denied denied) {
    const std::string name = base_name(path);
    const auto* row = std::find_if(std::begin(programs), std::end(programs), [&](const auto& one) {
        return one.name == name && one.denied == denied;
    });
    return row == std::end(programs) ? nullptr : row;
}

// The program that the command executes, or one that it executes for its part: env, nice, sh -c. A
// name among the arguments of another program may mean anything.
const Program* needed_by(const unit::Command& command, Denied denied) {
    std::vector<Words> commands = {words_of(command)};
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const Words words = std::move(commands[i]);
        for (std::size_t at = behind_assignments(words, 0); at < words.size();) {
            const std::size_t next = launched_at(words, at);
            const Program* row = find_program(words[at], denied);
            const auto given = [&](const std::string& word) { return is_given(word, row->when); };
            if (row != nullptr &&
                (row->when.empty() ||
                 std::any_of(words.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                             words.begin() + static_cast<std::ptrdiff_t>(next), given)))
                return row;
            for (Words& inner : ShellText(shell_text_at(words, at)).commands())
                commands.push_back(std::move(inner));
            at = next;
        }
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
