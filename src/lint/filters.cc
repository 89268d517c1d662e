// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks what the unit's other restrictions do to the wrapper, and whether they restrict what
// Landlock does not.
#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/path.h"
#include "dropin/syscall_filter.h"
#include "lint/check.h"
#include "lint/facts.h"
#include "lint/grants.h"
#include "unit/words.h"

namespace ringfence::lint {

namespace {

// The system calls that ringfence-exec needs besides @default and Landlock's (src/exec/sys.h), and
// the groups that contain them (src/shared/seccomp-util.c in systemd 252 to 262).
struct NeededCall {
    const char* name;
    std::initializer_list<std::string_view> groups;
};
const NeededCall needed_calls[] = {
    {"close", {"@basic-io", "@file-system", "@system-service", "@known"}},
    {"openat", {"@file-system", "@system-service", "@known"}},
    {"prctl", {"@process", "@system-service", "@known"}},
    {"capget", {"@process", "@system-service", "@known"}},
    // Of dropin::added_calls, those without which no path with a symbolic link can be opened.
    {"openat2", {"@file-system", "@system-service", "@known"}},
    {"statx", {"@file-system", "@system-service", "@known"}},
    {"readlinkat", {"@file-system", "@system-service", "@known"}},
};

bool is_or_holds(const std::string& word, const NeededCall& call) {
    return word == call.name ||
           std::find(call.groups.begin(), call.groups.end(), word) != call.groups.end();
}

std::vector<dropin::FilterLine> filter_lines(const std::vector<Value>& lines) {
    std::vector<dropin::FilterLine> filter;
    filter.reserve(lines.size());
    for (const Value& line : lines)
        filter.push_back({line.text, line.where});
    return filter;
}

// The needed calls that all lines of the filter together forbid.
std::vector<std::string> forbidden(const std::vector<Value>& lines) {
    bool exists = false;
    std::set<std::string> denied;
    for (const Value& line : lines) {
        const bool invert = line.text.starts_with('~');
        // The first line decides whether calls without a mention are allowed. An empty line resets
        // the filter.
        if (!exists || line.text.empty()) denied.clear();
        if (!exists && !invert && !line.text.empty())
            for (const NeededCall& call : needed_calls)
                denied.insert(call.name);
        exists = !line.text.empty();
        unit::WordReader reader(std::string_view(line.text).substr(invert ? 1 : 0),
                                unit::Quoting::plain);
        for (auto word = reader.next(); word && *word; word = reader.next())
            for (const NeededCall& call : needed_calls) {
                if (!is_or_holds((*word)->value.substr(0, (*word)->value.find(':')), call))
                    continue;
                if (invert)
                    denied.insert(call.name);
                else
                    denied.erase(call.name);
            }
    }
    if (dropin::judge_filter(filter_lines(lines)).is_allow_list)
        for (const std::string_view call : dropin::added_calls)
            denied.erase(std::string(call));
    return {denied.begin(), denied.end()};
}

// What Landlock does not restrict, and the directives that restrict it. One directive of a row is
// enough.
struct Rest {
    const char* what;
    std::initializer_list<const char*> directives;
};
const Rest rest[] = {
    {"other socket families (netlink, raw, packet)", {"RestrictAddressFamilies"}},
    {"addresses", {"IPAddressDeny", "IPAddressAllow", "PrivateNetwork"}},
    {"owners, modes and times of files",
     {"ProtectSystem", "ReadOnlyPaths", "RootDirectory", "RootImage"}},
    {"seeing which files exist",
     {"InaccessiblePaths", "ProtectHome", "TemporaryFileSystem", "RootDirectory", "RootImage"}},
    {"other processes in /proc", {"ProtectProc", "PrivatePIDs"}},
    {"the kernel's settings, modules and clock",
     {"ProtectKernelTunables", "ProtectKernelModules", "ProtectClock", "SystemCallFilter"}},
    {"capabilities", {"CapabilityBoundingSet", "User", "DynamicUser"}},
};

}  // namespace

void check_system_call_filter(const Subject& subject, Reporter& report) {
    const auto lines = values(subject, {"SystemCallFilter"});
    const auto calls = forbidden(lines);
    if (calls.empty()) return;
    report.add(lines.back().where, "SystemCallFilter",
               fmt::format("SystemCallFilter= of {} forbids the wrapper: {}",
                           subject.unit->unit.name.full, fmt::join(calls, ", ")));
}

// The first line decides whether families without a mention are allowed. Each line allows those
// that it names or, with "~", forbids them. An empty line resets the list.
bool forbids_unix_sockets(const std::vector<Value>& lines) {
    bool exists = false, allowed = true;
    for (const Value& line : lines) {
        const bool inverted = line.text.starts_with("~");
        if (!exists) allowed = inverted;
        exists = !line.text.empty();
        if (!exists) allowed = true;
        if (line.text.find("AF_UNIX") != std::string::npos) allowed = !inverted;
    }
    return !allowed;
}

// The journal's socket is beneath /run, which another root or an empty file system hides.
void check_hidden_journal(const Subject& subject, Reporter& report) {
    for (const char* key : {"RootDirectory", "RootImage", "TemporaryFileSystem"}) {
        const Value value = last_value(subject, key);
        const std::string path = value.text.substr(0, value.text.find(':'));
        const bool temporary = std::string_view(key) == "TemporaryFileSystem";
        if (path.empty() || (temporary && path != "/" && path != "/run") ||
            (!temporary && path == "/"))
            continue;
        for (const Value& bind : values(subject, {"BindPaths", "BindReadOnlyPaths"}))
            if (bind.text.find("/run/systemd/journal") != std::string::npos) return;
        report.add(value.where, key,
                   fmt::format("{}= of {} hides the journal's socket; add "
                               "BindReadOnlyPaths=/run/systemd/journal/socket",
                               key, subject.unit->unit.name.full));
        return;
    }
}

// Without the socket, a line on a stream to the journal attributes the denials.
void check_inaccessible_journal(const Subject& subject, Reporter& report) {
    for (const char* key : {"StandardOutput", "StandardError"}) {
        const std::string text = last_value(subject, key).text;
        const bool otherwise = text.empty() || text == "inherit";
        if (text.starts_with("journal") || (otherwise && std::string_view(key) == "StandardOutput"))
            return;
    }
    for (const Value& word : words(subject, {"InaccessiblePaths"})) {
        const std::size_t start = std::min(word.text.find_first_not_of("-+"), word.text.size());
        if (covers(word.text.substr(start), "/run/systemd/journal/socket"))
            return report.add(
                word.where, "InaccessiblePaths",
                fmt::format("InaccessiblePaths= of {} hides the journal's socket; set "
                            "StandardError=journal",
                            subject.unit->unit.name.full));
    }
}

// journald drops what is less important than that. The report is "info", its line "notice".
void check_log_level(const Subject& subject, Reporter& report) {
    constexpr std::string_view dropping[] = {"emerg", "alert", "crit", "err", "warning", "0",
                                             "1",     "2",     "3",    "4",   "notice",  "5"};
    const Value level = last_value(subject, "LogLevelMax");
    if (std::find(std::begin(dropping), std::end(dropping), level.text) != std::end(dropping))
        report.add(level.where, "LogLevelMax",
                   fmt::format("LogLevelMax={} of {} drops the wrapper's report; set it to info",
                               level.text, subject.unit->unit.name.full));
}

void check_no_reports(const Subject& subject, Reporter& report) {
    const std::string& unit = subject.unit->unit.name.full;
    const auto lines = values(subject, {"SystemCallFilter"});
    const std::string number = last_value(subject, "SystemCallErrorNumber").text;
    if (!dropin::judge_filter(filter_lines(lines)).allows_sockets &&
        (number.empty() || number == "kill"))
        report.add(lines.back().where, "SystemCallFilter",
                   fmt::format("SystemCallFilter= of {} forbids sockets; set "
                               "SystemCallErrorNumber=EPERM, or allow @network-io",
                               unit));
    const auto families = values(subject, {"RestrictAddressFamilies"});
    if (forbids_unix_sockets(families))
        report.add(
            families.back().where, "RestrictAddressFamilies",
            fmt::format("RestrictAddressFamilies= of {} forbids UNIX sockets; add AF_UNIX", unit));
    check_hidden_journal(subject, report);
    check_inaccessible_journal(subject, report);
    check_log_level(subject, report);
}

void check_unmediated(const Subject& subject, Reporter& report) {
    std::vector<std::string> open;
    std::vector<std::string> directives;
    const auto add = [&](const char* what, const char* directive) {
        open.emplace_back(what);
        directives.push_back(std::string(directive) + "=");
    };
    for (const Rest& row : rest)
        if (std::all_of(row.directives.begin(), row.directives.end(), [&](const char* key) {
                const std::string text = last_value(subject, key).text;
                return text.empty() || text == "no" || text == "false" || text == "root";
            }))
            add(row.what, *row.directives.begin());
    const Grants grants(subject, subject.rules);
    constexpr landlock::Access udp =
        landlock::access_of("net.bind_udp") | landlock::access_of("net.connect_send_udp");
    if (!grants.handles(udp) && last_value(subject, "SocketBindDeny").text.empty())
        add("UDP (the policy's abi is below 10)", "SocketBindDeny");
    if (!grants.handles(connects) && last_value(subject, "InaccessiblePaths").text.empty())
        add("UNIX sockets by their path (the policy's abi is below 9)", "InaccessiblePaths");
    if (open.empty()) return;
    report.add(request_of(subject), "",
               fmt::format("nothing restricts {} for {}", fmt::join(open, "; "),
                           subject.unit->unit.name.full),
               fmt::format("consider {}", fmt::join(directives, ", ")));
}

}  // namespace ringfence::lint
