// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/last_start.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <sys/stat.h>

#include "base/path.h"

namespace ringfence::cli {

namespace {

using journal::WrapperReport;

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
// The wrapper reports some milliseconds after systemd has started it. A machine that boots is busy.
constexpr std::uint64_t longest_until_report = 60'000'000;

std::uint64_t usec(Time time) {
    const auto count = time.time_since_epoch().count();
    return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}

// Every command that systemd executed since it loaded the unit is the wrapper.
bool ran_loaded_command(const LoadedUnit& unit) {
    bool any = false;
    for (const LoadedCommand& command : unit.commands) {
        if (command.pid == 0 || command.started > unit.started) continue;
        if (!wrapped_command(command)) return false;
        any = true;
    }
    return any;
}

// A file that a generator wrote is as old as the last reload, so it says nothing.
bool is_generated(const std::string& path) {
    return path.find("/systemd/generator") != std::string::npos;
}

std::uint64_t changed(const std::string& path) {
    struct stat st = {};
    if (::stat(path.c_str(), &st) < 0) return never;
    return static_cast<std::uint64_t>(st.st_ctim.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(st.st_ctim.tv_nsec) / 1000;
}

bool asks_for_fence(const std::string& path) {
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    return file.bad() || text.find("andlock") != std::string::npos ||
           text.find("ringfence") != std::string::npos;
}

bool is_silent(const LoadedUnit& unit) {
    return std::any_of(unit.commands.begin(), unit.commands.end(), [](const auto& command) {
        const auto wrapper = wrapped_command(command);
        return wrapper && (wrapper->reports == "none" || wrapper->reports == "notify");
    });
}

std::uint64_t latest_report(const LoadedUnit& unit) {
    return std::max(unit.began, unit.started) + longest_until_report;
}

// systemd knows the process of a command until the next reload, and the main process always. A
// service that forks has another main process than the wrapper's.
const WrapperReport& of_start(const std::vector<WrapperReport>& reports, const LoadedUnit& unit) {
    for (const LoadedCommand& command : unit.commands)
        for (const WrapperReport& report : reports)
            if (command.pid != 0 && report.pid == command.pid) return report;
    for (const WrapperReport& report : reports)
        if (report.pid && unit.last_main_pid != 0 && *report.pid == unit.last_main_pid)
            return report;
    return reports.front();
}

}  // namespace

StartProof proof_of(const LoadedUnit& unit, const StartFacts& facts) {
    if (ran_loaded_command(unit)) return StartProof::command;
    return facts.recorded.empty() ? StartProof::none : StartProof::recorded;
}

LastStart choose_report(const std::vector<WrapperReport>& reports, const LoadedUnit& unit,
                        const StartFacts& facts) {
    LastStart start;
    start.proof = proof_of(unit, facts);
    start.digest = facts.recorded;
    std::vector<WrapperReport> early;
    for (const WrapperReport& report : reports) {
        const std::uint64_t sent = usec(report.time);
        // If the request is newer than the start, a report after the request is no report of the
        // start.
        const bool forged =
            facts.request > unit.began && sent > facts.request && start.proof == StartProof::none;
        const bool of_another_fence = start.proof == StartProof::recorded && report.layers > 0 &&
                                      report.digest != facts.recorded;
        if (sent > latest_report(unit) || forged)
            start.late_report = true;
        else if (!of_another_fence)
            early.push_back(report);
    }
    if (!early.empty() && !is_silent(unit)) start.report = of_start(early, unit);
    return start;
}

std::uint64_t request_time(const LoadedUnit& unit) {
    std::uint64_t latest = 0;
    if (!unit.fragment.empty() && asks_for_fence(unit.fragment))
        latest = std::max(latest, changed(unit.fragment));
    for (const std::string& dropin : unit.dropins) {
        if (is_generated(dropin)) continue;
        latest = std::max(latest, changed(directory_of(dropin)));
        if (asks_for_fence(dropin)) latest = std::max(latest, changed(dropin));
    }
    return latest;
}

}  // namespace ringfence::cli
