// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/scene.h"

#include <chrono>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "journal/sd_source.h"

namespace ringfence::cli {

Result<std::vector<LoadedUnit>> Scene::loaded(const unit::ServiceName& name) const {
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

std::optional<journal::WrapperReport> Scene::report(const LoadedUnit& unit) const {
    if (!journal || unit.invocation.empty()) return std::nullopt;
    const auto all = journal::reports_of(*journal, unit.invocation);
    if (!all || all->empty()) return std::nullopt;
    // A command that was wrapped later (ExecReload=) may have another fence than the service.
    if (unit.active_state == "active")
        for (const journal::WrapperReport& report : *all)
            if (report.layers > 0) return report;
    return all->back();
}

bool Scene::must_have_report(const LoadedUnit& unit) const {
    using std::chrono::microseconds;
    constexpr microseconds settled = std::chrono::seconds(2);
    // journald cannot always tell whose record it is once the process is gone.
    if (!journal || ::geteuid() != 0 || unit.started == 0 || unit.main_pid == 0) return false;
    for (const LoadedCommand& command : unit.commands)
        for (const std::string& argument : command.arguments)
            if (argument.starts_with("--report=")) return false;
    const journal::Time start{microseconds{static_cast<std::int64_t>(unit.started)}};
    return journal->oldest() < start && start + settled < std::chrono::system_clock::now();
}

std::string Scene::running_digest(const LoadedUnit& unit) const {
    const auto found = report(unit);
    return found && found->layers > 0 ? found->digest : "";
}

Result<Scene> open_scene(unit::Scope scope) {
    auto manager = Manager::connect(scope);
    if (!manager) return tl::unexpected(manager.error());
    Scene scene{scope, std::move(*manager), nullptr, {}};
    auto journal = journal::open_local_journal();
    if (journal)
        scene.journal = std::move(*journal);
    else
        scene.journal_problems = journal.error();
    return scene;
}

Result<Place> open_place(const Arguments& arguments) {
    const unit::Scope scope = arguments.has("user") ? unit::Scope::user : unit::Scope::system;
    const bool elsewhere = arguments.has("root");
    auto site = open_site(elsewhere ? arguments.value("root") : "/", scope);
    if (!site) return tl::unexpected(site.error());
    Place place{std::move(*site), std::nullopt};
    if (elsewhere || arguments.has("no-reload") || sd_booted() == 0) return place;
    auto scene = open_scene(scope);
    if (!scene) {
        scene.error().front().hint = "is it running? --root=/ works on the files alone";
        return tl::unexpected(scene.error());
    }
    place.scene = std::move(*scene);
    return place;
}

}  // namespace ringfence::cli
