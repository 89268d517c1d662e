// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks how the policy and the unit fit together.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/path.h"
#include "dropin/consequences.h"
#include "dropin/inherit.h"
#include "dropin/settings.h"
#include "dropin/unfenced.h"
#include "lint/check.h"
#include "lint/facts.h"
#include "lint/grants.h"
#include "places/places.h"
#include "unit/command.h"
#include "unit/directories.h"

namespace ringfence::lint {

namespace {

using landlock::Access;
using policy::PathRule;

const std::string& name_of_unit(const Subject& subject) {
    return subject.unit->unit.name.full;
}

// These commands run in a domain of their own, and their purpose is to reach the main process.
const std::vector<std::string> control_keys = {"ExecReload", "ExecStop", "ExecStopPost"};

bool signals_others(const unit::Command& command) {
    const std::string name = base_name(command.path);
    if (name == "kill" || name == "pkill" || name == "killall") return true;
    return std::any_of(command.arguments.begin(), command.arguments.end(), [](const auto& word) {
        return word.value.find("$MAINPID") != std::string::npos ||
               word.value.find("${MAINPID}") != std::string::npos;
    });
}

bool scopes_signals(const policy::Rules& rules) {
    return !policy::Judge(rules).scope(landlock::access_of("scope.signal")).allowed();
}

// Whether a library can connect to none of these sockets.
bool cuts_off(const Subject& subject, const std::vector<std::string>& paths) {
    const Grants grants(subject, subject.enforced);
    return std::none_of(paths.begin(), paths.end(), [&](const std::string& path) {
        return grants.judge.check({{connects, path}}).allowed();
    });
}

bool is_timeout_set(const std::string& text) {
    return !text.empty() && text != "0" && text != "infinity";
}

// The names of variables that the unit sets, in the order of systemd.exec(5).
std::set<std::string> environment(const Subject& subject) {
    std::set<std::string> names;
    for (const char* name : {"PATH", "LANG", "INVOCATION_ID", "NOTIFY_SOCKET", "SYSTEMD_EXEC_PID",
                             "MANAGERPID", "JOURNAL_STREAM", "MAINPID"})
        names.insert(name);
    if (subject.user || !last_value(subject, "User").text.empty() ||
        is_on(subject, "DynamicUser", false))
        names.insert({"USER", "LOGNAME", "HOME", "SHELL"});
    if (subject.user) names.insert("XDG_RUNTIME_DIR");
    for (const unit::BaseDirectory& row : unit::base_directories)
        if (row.setting != nullptr && !last_value(subject, row.setting).text.empty())
            names.insert(row.variable);
    for (const char* key : {"LoadCredential", "LoadCredentialEncrypted", "SetCredential",
                            "SetCredentialEncrypted", "ImportCredential"})
        if (!last_value(subject, key).text.empty()) names.insert("CREDENTIALS_DIRECTORY");
    for (const Value& word : words(subject, {"Environment"}))
        names.insert(word.text.substr(0, word.text.find('=')));
    // Only the running system knows which of these the manager has, so all count as set.
    for (const Value& word : words(subject, {"PassEnvironment"}))
        names.insert(word.text);
    return names;
}

// Adds the names that a file of "NAME=VALUE" lines sets. False if the file cannot be read.
bool add_file(const Subject& subject, const std::string& path, std::set<std::string>& names) {
    if (subject.root == nullptr) return false;
    const auto expanded = expand(subject, path);
    const auto text = expanded ? subject.root->read(*expanded)
                               : FileResult<std::string>(tl::unexpected(std::error_code()));
    if (!text) return false;
    std::size_t at = 0;
    while (at < text->size()) {
        const std::size_t end = std::min(text->find('\n', at), text->size());
        const std::string line = text->substr(at, end - at);
        const std::size_t begin = line.find_first_not_of(" \t");
        const std::size_t equals = line.find('=');
        if (begin != std::string::npos && equals != std::string::npos && line[begin] != '#' &&
            line[begin] != ';')
            names.insert(line.substr(begin, equals - begin));
        at = end + 1;
    }
    return true;
}

std::set<std::string> variables_of(const std::string& path) {
    std::set<std::string> names;
    for (std::size_t at = path.find('$'); at != std::string::npos && at + 1 < path.size();
         at = path.find('$', at)) {
        const std::size_t end = path.find('}', at);
        if (path[at + 1] != '{' || end == std::string::npos) {
            at += 2;
            continue;
        }
        names.insert(path.substr(at + 2, end - at - 2));
        at = end;
    }
    return names;
}

std::string without(std::string path, const std::string& variable) {
    const std::string text = "${" + variable + "}";
    for (std::size_t at = path.find(text); at != std::string::npos; at = path.find(text))
        path.erase(at, text.size());
    return path;
}

// The sensitive rights at `path` that a setting of the unit must not grant unnoticed. Reading
// counts only for credentials.
Access risky_at(const std::string& path) {
    Access risky;
    for (const landlock::Right& right : landlock::rights) {
        const auto match = places::place_of(path, right.access());
        if (!match || match->place->kind == places::Kind::replaced) continue;
        const bool is_acted_on = (changes | executes).contains(right.access());
        if (is_acted_on || match->place->kind == places::Kind::credentials) risky |= right.access();
    }
    return risky;
}

}  // namespace

void check_reload_signal(const Subject& subject, Reporter& report) {
    const auto& wrap = subject.unit->attachment.wrap;
    if (!scopes_signals(subject.rules)) return;
    for (const std::string& key : control_keys) {
        if (std::find(wrap.begin(), wrap.end(), key) == wrap.end()) continue;
        for (const unit::CommandLine& line : unit::command_lines(subject.unit->unit, key))
            for (const unit::Command& command : line.list.commands)
                if (signals_others(command))
                    report.add(command.where, key,
                               fmt::format("{}= of {} runs in a fence of its own and cannot signal "
                                           "the service",
                                           key, name_of_unit(subject)));
    }
}

// A command that only signals the process that systemd knows, or does nothing, reads no file.
void check_unfenced_command(const Subject& subject, Reporter& report) {
    std::vector<std::string> told;
    Location where;
    for (const dropin::UnfencedCommand& command :
         dropin::unfenced_commands(subject.unit->unit, subject.unit->attachment.wrap)) {
        const std::string name = base_name(command.program);
        if (name == "kill" || name == "true") continue;
        if (told.empty()) where = command.where;
        told.push_back(command.setting + "=" + command.program);
    }
    if (!told.empty())
        report.add(where, "",
                   fmt::format("{} of {} {} outside of the fence", fmt::join(told, ", "),
                               name_of_unit(subject), told.size() == 1 ? "runs" : "run"));
}

void check_notify_socket(const Subject& subject, Reporter& report) {
    const Value type = last_value(subject, "Type");
    const Value watchdog = last_value(subject, "WatchdogSec");
    const bool notifies = type.text == "notify" || type.text == "notify-reload";
    if (!notifies && !is_timeout_set(watchdog.text)) return;
    if (!cuts_off(subject, {"%t/systemd/notify"})) return;
    const Value& cause = notifies ? type : watchdog;
    report.add(cause.where, "%t/systemd/notify",
               fmt::format("{}={} of {}, and the policy does not let it connect to the "
                           "notification socket",
                           notifies ? "Type" : "WatchdogSec", cause.text, name_of_unit(subject)));
}

void check_bus_socket(const Subject& subject, Reporter& report) {
    const Value name = last_value(subject, "BusName");
    const Value type = last_value(subject, "Type");
    if (type.text != "dbus" && name.text.empty()) return;
    const std::vector<std::string> sockets =
        subject.user ? std::vector<std::string>{"%t/bus"}
                     : std::vector<std::string>{"/run/dbus/system_bus_socket",
                                                "/var/run/dbus/system_bus_socket"};
    if (!cuts_off(subject, sockets)) return;
    report.add(type.text == "dbus" ? type.where : name.where, sockets.front(),
               fmt::format("{} is on D-Bus, and the policy does not let it connect to \"{}\"",
                           name_of_unit(subject), sockets.front()));
}

void check_bare_key(const Subject& subject, Reporter& report) {
    for (const unit::Assignment* line : unit::assignments(subject.unit->unit, {"LandlockPolicy"}))
        report.add(line->where, line->key,
                   "LandlockPolicy= without X-: systemd does not know the key");
}

void check_unset_variable(const Subject& subject, Reporter& report) {
    std::set<std::string> names = environment(subject);
    for (const Value& word : words(subject, {"EnvironmentFile"})) {
        const bool optional = word.text.starts_with('-');
        // The contents of the file are not known, so any variable may be set. If the file is really
        // missing, the service does not start anyway.
        if (!add_file(subject, word.text.substr(optional ? 1 : 0), names) && !optional) return;
    }
    for (const Value& word : words(subject, {"UnsetEnvironment"}))
        names.erase(word.text);
    for (const policy::Layer& layer : subject.rules.layers)
        for (const PathRule& rule : layer.paths)
            for (const std::string& variable : variables_of(rule.path))
                if (names.count(variable) == 0)
                    report.add(rule.origins, rule.path,
                               fmt::format("nothing in {} sets ${{{}}}: \"{}\" would become \"{}\"",
                                           name_of_unit(subject), variable, rule.path,
                                           without(rule.path, variable)));
}

void check_inherited_grant(const Subject& subject, Reporter& report) {
    const Grants written(subject, subject.rules);
    for (const PathRule& rule : subject.enforced.layers.front().paths) {
        const Access more = rule.access - written.at(rule.path);
        for (const policy::Origin& origin : rule.origins) {
            // The unit's programs and its own directories are what `inherit` is for.
            if (!origin.policy.empty() || origin.where.file.empty() ||
                dropin::is_of_a_program(origin))
                continue;
            const std::string path = expand(subject, rule.path).value_or(rule.path);
            const Access risky = origin.access & more & risky_at(path);
            if (risky.empty()) continue;
            report.add(origin.where, rule.path,
                       fmt::format("{} gives {} on \"{}\", which the policy does not",
                                   origin.reason, policy::joined_right_names(risky), rule.path));
            break;
        }
    }
}

void check_selinux_domain(const Subject& subject, Reporter& report) {
    const auto config = subject.root->read("/etc/selinux/config");
    if (!config || !last_value(subject, "SELinuxContext").text.empty()) return;
    const bool active = config->find("\nSELINUX=enforcing") != std::string::npos ||
                        config->starts_with("SELINUX=enforcing");
    if (!active) return;
    report.add(
        request_of(subject), "SELinuxContext",
        fmt::format("SELinux is enforcing, and {} has no SELinuxContext={}", name_of_unit(subject),
                    sets_no_new_privs(subject)
                        ? "; under no_new_privs a domain transition needs the permission "
                          "nnp_transition as well"
                        : ""));
}

void check_apparmor_profile(const Subject& subject, Reporter& report) {
    const Value profile = last_value(subject, "AppArmorProfile");
    if (profile.text.empty() || profile.text == "unconfined" || profile.text == "-unconfined")
        return;
    report.add(profile.where, "AppArmorProfile",
               fmt::format("the wrapper of {} runs in the AppArmor profile {}",
                           name_of_unit(subject), profile.text));
}

void check_exec_type(const Subject& subject, Reporter& report) {
    const Value type = last_value(subject, "Type");
    if (type.text == "exec")
        report.add(type.where, "Type",
                   fmt::format("{} counts as started before its program is executed",
                               name_of_unit(subject)));
}

void check_log_identifier(const Subject& subject, Reporter& report) {
    const unit::Unit& unit = subject.unit->unit;
    const dropin::Settings settings = settings_of(subject);
    if (!settings.last("SyslogIdentifier").empty()) return;
    const auto identifier = dropin::needed_identifier(unit, settings);
    if (!identifier) {
        if (!unit::command_lines(unit, "ExecStart").empty())
            report.add(Location{}, "SyslogIdentifier",
                       "the unit's output is logged as \"ringfence-exec\": its program's name "
                       "cannot be written in SyslogIdentifier=",
                       "set SyslogIdentifier= in the unit");
        return;
    }
    std::set<std::string> others;
    for (const unit::Command& command : dropin::renamed_commands(unit, *identifier))
        others.insert(base_name(command.path));
    if (others.empty()) return;
    report.add(
        Location{}, "SyslogIdentifier",
        fmt::format("what {} prints is logged as \"{}\"", fmt::join(others, ", "), *identifier));
}

void check_outlives_restart(const Subject& subject, Reporter& report) {
    const Value mode = last_value(subject, "KillMode");
    if (mode.text == "process" || mode.text == "none")
        report.add(mode.where, "KillMode",
                   fmt::format("KillMode={} of {} leaves processes behind", mode.text,
                               name_of_unit(subject)));
    const Value store = last_value(subject, "FileDescriptorStoreMax");
    if (!store.text.empty() && store.text != "0")
        report.add(store.where, "FileDescriptorStoreMax",
                   fmt::format("FileDescriptorStoreMax= of {} keeps open descriptors",
                               name_of_unit(subject)));
}

}  // namespace ringfence::lint
