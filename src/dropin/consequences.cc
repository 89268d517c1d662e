// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/consequences.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/path.h"
#include "landlock/report.h"
#include "unit/file.h"
#include "unit/lines.h"
#include "unit/specifier.h"

namespace ringfence::dropin {

namespace {

// Whether the part behind the last slash is still that part after systemd has expanded it.
bool keeps_its_slashes(std::string_view name) {
    for (std::size_t at = name.find('%'); at != std::string_view::npos;
         at = name.find('%', at + 2)) {
        if (at + 1 == name.size()) return false;
        const char letter = name[at + 1];
        if (unit::expands_to_path(letter) || letter == 'I' || letter == 'J' || letter == 'P')
            return false;
    }
    return true;
}

// systemd takes the value of a setting as it stands, without blanks at its ends.
bool can_stand_in_a_line(std::string_view name) {
    return !name.empty() && name.back() != '\\' && unit::is_text_for_systemd(name) &&
           std::none_of(name.begin(), name.end(),
                        [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

// systemd looks at the main process alone, so this does not help a service of Type=forking.
bool restarts(const Settings& settings) {
    const std::string_view restart = settings.last_word(
        "Restart",
        {"no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always"});
    return !restart.empty() && restart != "no";
}

}  // namespace

std::optional<std::string> needed_identifier(const unit::Unit& unit, const Settings& settings) {
    if (!settings.last("SyslogIdentifier").empty()) return std::nullopt;
    const auto commands = unit::commands_of(unit, {"ExecStart"});
    if (commands.empty()) return std::nullopt;
    std::string name = base_name(commands.front().command.path);
    if (!can_stand_in_a_line(name) || !keeps_its_slashes(name)) return std::nullopt;
    return name;
}

std::vector<unit::Command> renamed_commands(const unit::Unit& unit, const std::string& identifier) {
    std::vector<unit::Command> renamed;
    for (const unit::UnitCommand& row : unit::commands_of(unit))
        if (base_name(row.command.path) != identifier) renamed.push_back(row.command);
    return renamed;
}

std::vector<NeededDirective> find_consequences(const unit::Unit& unit, const Settings& settings) {
    std::vector<NeededDirective> directives;
    if (const auto identifier = needed_identifier(unit, settings))
        directives.push_back({"The name under which the service logs, as without the wrapper.",
                              "SyslogIdentifier=" + *identifier});
    if (restarts(settings))
        directives.push_back({"What the wrapper refused once, it would refuse again.",
                              fmt::format("RestartPreventExitStatus={} {}",
                                          report::exit_cannot_enforce, report::exit_refused)});
    return directives;
}

}  // namespace ringfence::dropin
