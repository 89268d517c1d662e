// SPDX-License-Identifier: LGPL-2.1-or-later
// The unit's other restrictions: what they do to the wrapper, and what Landlock leaves to them.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "dropin/syscall_filter.h"
#include "lint/check.h"
#include "lint/facts.h"
#include "lint/grants.h"
#include "policy/coverage.h"
#include "unit/words.h"

namespace ringfence::lint {

namespace {

// What ringfence-exec calls besides @default, Landlock and its reports (src/exec/sys.h), and the
// groups that hold it: src/shared/seccomp-util.c in systemd 252 to 262.
struct NeededCall {
    const char* name;
    std::initializer_list<std::string_view> groups;
};
const NeededCall needed_calls[] = {
    {"close", {"@basic-io", "@file-system", "@system-service", "@known"}},
    {"openat", {"@file-system", "@system-service", "@known"}},
    {"prctl", {"@process", "@system-service", "@known"}},
    {"statx", {"@file-system", "@system-service", "@known"}},
};

bool is_or_holds(const std::string& word, const NeededCall& call) {
    return word == call.name ||
           std::find(call.groups.begin(), call.groups.end(), word) != call.groups.end();
}

// The needed calls that the filter's lines forbid in the end.
std::vector<std::string> forbidden(const std::vector<Value>& lines) {
    bool exists = false;
    std::set<std::string> denied;
    for (const Value& line : lines) {
        const bool invert = line.text.starts_with('~');
        // The first line says whether what is not named is allowed; an empty one starts again.
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
    return {denied.begin(), denied.end()};
}

// What Landlock leaves open, and the directives that close it: any of a row is enough.
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
    std::vector<std::string> names(calls.begin(), calls.end());
    report.add(lines.back().where, "SystemCallFilter",
               fmt::format("SystemCallFilter= of {} forbids the wrapper: {}",
                           subject.unit->unit.name.full, fmt::join(names, ", ")));
}

void check_no_reports(const Subject& subject, Reporter& report) {
    const auto lines = values(subject, {"SystemCallFilter"});
    std::vector<dropin::FilterLine> filter;
    for (const Value& line : lines)
        filter.push_back({line.text, line.where});
    const std::string number = last_value(subject, "SystemCallErrorNumber").text;
    if (dropin::judge_filter(filter).allows_sockets || (!number.empty() && number != "kill"))
        return;
    report.add(
        lines.back().where, "SystemCallFilter",
        fmt::format("SystemCallFilter= of {} forbids sockets", subject.unit->unit.name.full));
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
    const Grants grants(subject.rules);
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
