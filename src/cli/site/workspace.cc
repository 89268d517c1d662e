// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/workspace.h"

#include <chrono>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "base/root.h"
#include "cli/site/start_record.h"
#include "journal/sd_source.h"

namespace ringfence::cli {

Result<std::vector<LoadedUnit>> RunningSystem::loaded(const unit::ServiceName& name) const {
    std::vector<std::string> names = {name.full};
    if (name.kind == unit::NameKind::template_name) {
        std::string pattern;
        for (const char c : name.with_instance("*"))
            pattern += c == '\\' ? "\\\\" : std::string(1, c);
        auto instances = manager.loaded(pattern);
        if (!instances) return tl::unexpected(instances.error());
        names = std::move(*instances);
    }
    std::vector<LoadedUnit> units;
    for (const std::string& each : names) {
        auto unit = manager.load(each);
        if (!unit) return tl::unexpected(unit.error());
        units.push_back(std::move(*unit));
    }
    return units;
}

StartFacts RunningSystem::start_facts(const LoadedUnit& unit) const {
    StartFacts facts;
    facts.request = request_time(unit);
    if (is_user()) return facts;
    if (const auto root = Root::open("/")) facts.recorded = recorded_digest(*root, unit);
    return facts;
}

LastStart RunningSystem::last_start(const LoadedUnit& unit) const {
    std::vector<journal::WrapperReport> reports;
    if (journal && !unit.invocation.empty())
        if (auto all = journal::reports_of(*journal, unit.invocation, is_user() ? "" : unit.id))
            reports = std::move(*all);
    return choose_report(reports, unit, start_facts(unit));
}

bool RunningSystem::must_have_report(const LoadedUnit& unit) const {
    using std::chrono::microseconds;
    constexpr microseconds settled = std::chrono::seconds(2);
    // Without a main process nothing can be concluded: journald may not find the unit of a process
    // that has ended.
    if (!journal || ::geteuid() != 0 || unit.started == 0 || unit.main_pid == 0) return false;
    for (const LoadedCommand& command : unit.commands) {
        const auto wrapped = wrapped_command(command);
        if (wrapped && !wrapped->reports.empty()) return false;
    }
    const Time start{microseconds{static_cast<std::int64_t>(unit.started)}};
    return journal->oldest() < start && start + settled < std::chrono::system_clock::now();
}

std::optional<std::string> RunningSystem::running_digest(const LoadedUnit& unit) const {
    const LastStart start = last_start(unit);
    if (start.proof == StartProof::recorded) return start.digest;
    if (start.proof == StartProof::none && is_user()) return std::nullopt;
    if (start.proof == StartProof::none || !start.report || start.report->layers == 0) return "";
    return start.report->digest;
}

Result<RunningSystem> open_running_system(unit::Scope scope) {
    auto manager = Manager::connect(scope);
    if (!manager) return tl::unexpected(manager.error());
    RunningSystem system{scope, std::move(*manager), nullptr, {}};
    auto journal = journal::open_local_journal();
    if (journal)
        system.journal = std::move(*journal);
    else
        system.journal_problems = journal.error();
    return system;
}

Result<Workspace> open_workspace(const Arguments& arguments) {
    auto site = open_site(arguments);
    if (!site) return tl::unexpected(site.error());
    Workspace workspace{std::move(*site), std::nullopt};
    const bool files_only = arguments.has(root_option.name) || arguments.has(no_reload_option.name);
    if (files_only || sd_booted() == 0) return workspace;
    auto system = open_running_system(scope_of(arguments));
    if (!system) {
        system.error().front().hint = "is it running? --root=/ works on the files alone";
        return tl::unexpected(system.error());
    }
    workspace.system = std::move(*system);
    return workspace;
}

}  // namespace ringfence::cli
