// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/scene.h"

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
    auto found = journal::last_report(*journal, unit.invocation);
    return found ? std::move(*found) : std::nullopt;
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
        scene.error().front().hint = "--no-reload works on the files alone";
        return tl::unexpected(scene.error());
    }
    place.scene = std::move(*scene);
    return place;
}

}  // namespace ringfence::cli
