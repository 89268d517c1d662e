// SPDX-License-Identifier: LGPL-2.1-or-later
// What the unit makes of a policy.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "dropin/inherit.h"
#include "lint/check.h"
#include "lint/facts.h"
#include "lint/grants.h"
#include "lint/places.h"
#include "unit/command.h"

namespace ringfence::lint {

namespace {

using landlock::Access;
using policy::PathRule;

const std::string& name_of_unit(const Subject& subject) {
    return subject.unit->unit.name.full;
}

// Commands that run in a domain of their own and are there to reach the main process.
const std::vector<std::string> control_keys = {"ExecReload", "ExecStop", "ExecStopPost"};

bool signals_others(const unit::Command& command) {
    const std::string name = command.path.substr(command.path.rfind('/') + 1);
    if (name == "kill" || name == "pkill" || name == "killall") return true;
    return std::any_of(command.arguments.begin(), command.arguments.end(), [](const auto& word) {
        return word.value.find("$MAINPID") != std::string::npos ||
               word.value.find("${MAINPID}") != std::string::npos;
    });
}

bool scopes_signals(const policy::Rules& rules) {
    return std::any_of(rules.layers.begin(), rules.layers.end(), [](const policy::Layer& layer) {
        return layer.scopes.contains(landlock::access_of("scope.signal"));
    });
}

// Whether a socket is cut off that a library connects to by its path.
bool cuts_off(const Subject& subject, const std::vector<std::string>& paths) {
    const Grants grants(with_expanded_paths(subject, subject.enforced));
    if (!grants.handles(connects)) return false;
    return std::none_of(paths.begin(), paths.end(), [&](const std::string& path) {
        return !(grants.at(expand(subject, path).value_or(path)) & connects).empty();
    });
}

bool is_timeout_set(const std::string& text) {
    return !text.empty() && text != "0" && text != "infinity";
}

// "NAME=VALUE" words and files, in the order of systemd.exec(5).
std::set<std::string> environment(const Subject& subject) {
    std::set<std::string> names;
    for (const char* name : {"PATH", "LANG", "INVOCATION_ID", "NOTIFY_SOCKET", "SYSTEMD_EXEC_PID",
                             "MANAGERPID", "JOURNAL_STREAM", "MAINPID"})
        names.insert(name);
    if (subject.user || !last_value(subject, "User").text.empty() ||
        is_on(subject, "DynamicUser", false))
        names.insert({"USER", "LOGNAME", "HOME", "SHELL"});
    if (subject.user) names.insert("XDG_RUNTIME_DIR");
    for (const auto& [key, name] : {std::pair("RuntimeDirectory", "RUNTIME_DIRECTORY"),
                                    std::pair("StateDirectory", "STATE_DIRECTORY"),
                                    std::pair("CacheDirectory", "CACHE_DIRECTORY"),
                                    std::pair("LogsDirectory", "LOGS_DIRECTORY"),
                                    std::pair("ConfigurationDirectory", "CONFIGURATION_DIRECTORY"),
                                    std::pair("LoadCredential", "CREDENTIALS_DIRECTORY"),
                                    std::pair("LoadCredentialEncrypted", "CREDENTIALS_DIRECTORY"),
                                    std::pair("SetCredential", "CREDENTIALS_DIRECTORY"),
                                    std::pair("SetCredentialEncrypted", "CREDENTIALS_DIRECTORY"),
                                    std::pair("ImportCredential", "CREDENTIALS_DIRECTORY")})
        if (!last_value(subject, key).text.empty()) names.insert(name);
    for (const Value& word : words(subject, {"Environment"}))
        names.insert(word.text.substr(0, word.text.find('=')));
    // What the manager has of these, only the running system can tell.
    for (const Value& word : words(subject, {"PassEnvironment"}))
        names.insert(word.text);
    return names;
}

// Adds the names that a file of "NAME=VALUE" lines sets; false when it cannot be read.
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

}  // namespace

void check_reload_signal(const Subject& subject, Reporter& report) {
    const auto& wrap = subject.unit->attachment.wrap;
    if (!scopes_signals(subject.rules)) return;
    for (const std::string& key : control_keys) {
        if (std::find(wrap.begin(), wrap.end(), key) == wrap.end()) continue;
        for (const unit::Assignment* line : unit::list_setting(subject.unit->unit, {key}))
            for (const unit::Command& command :
                 unit::parse_commands(line->value, line->where.file, subject.unit->unit.name)
                     .commands)
                if (signals_others(command))
                    report.add(command.where, key,
                               fmt::format("{}= of {} runs in a fence of its own and cannot signal "
                                           "the service",
                                           key, name_of_unit(subject)));
    }
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
        // A file that must be there and is not keeps the service from starting; nobody knows what
        // is in it.
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
    const Grants written(with_expanded_paths(subject, subject.rules));
    for (const PathRule& rule : subject.enforced.layers.front().paths) {
        for (const policy::Origin& origin : rule.origins) {
            // Its programs and its own directories are what inheriting is for.
            if (!origin.policy.empty() || origin.where.file.empty() ||
                dropin::is_of_a_program(origin))
                continue;
            const std::string path = expand(subject, rule.path).value_or(rule.path);
            const Access more = rule.access - written.at(path);
            const bool wide = place_at(path, Kind::shared) != nullptr ||
                              place_at(path, Kind::system) != nullptr ||
                              place_at(path, Kind::control) != nullptr ||
                              place_at(path, Kind::home) != nullptr ||
                              place_at(path, Kind::kernel) != nullptr ||
                              place_at(path, Kind::credentials) != nullptr;
            // Of reading, only what holds credentials is worth a word.
            const Access risky =
                place_at(path, Kind::credentials) != nullptr ? more : more & (changes | executes);
            if (!wide || risky.empty()) continue;
            report.add(origin.where, rule.path,
                       fmt::format("{} gives {} on \"{}\", which the policy does not",
                                   origin.reason, names_of(risky), rule.path));
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

}  // namespace ringfence::lint
