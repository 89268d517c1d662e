// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials/path_checks.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "cli/site/manager.h"
#include "host/mount_view.h"
#include "journal/path_check.h"
#include "journal/sd_source.h"

namespace ringfence::cli {

using journal::Denial;
using journal::PathCheck;

namespace {

// The mounts of a unit's running start.
struct UnitView {
    host::MountView view;
    Time began{};
};

class PathChecker {
  public:
    explicit PathChecker(const journal::Id& boot) : boot_(boot) {
        if (auto view = host::own_mounts()) own_ = std::move(*view);
        if (auto manager = Manager::connect(unit::Scope::system)) manager_ = std::move(*manager);
    }

    PathCheck check(const Denial& denial) {
        const std::string& path = denial.what.path;
        if (denial.what.type != journal::ObjectType::path || !path.starts_with('/') ||
            denial.tally.boot != boot_)
            return PathCheck::unverified;
        const UnitView* unit = view_of(denial.attribution.unit);
        if (unit != nullptr && denial.tally.last >= unit->began) return compare(denial, unit->view);
        // The unit may have had other mounts.
        const PathCheck check = own_ ? compare(denial, *own_) : PathCheck::unverified;
        return check == PathCheck::mismatch ? PathCheck::unverified : check;
    }

  private:
    static PathCheck compare(const Denial& denial, const host::MountView& view) {
        const auto now = path_state(view.root, view.mounts, denial.what.path);
        return now ? journal::check_path(denial.tally, *now) : PathCheck::unverified;
    }

    const UnitView* view_of(const journal::Unit& unit) {
        if (unit.name.empty() || !unit.user_name.empty() || !manager_) return nullptr;
        const auto [found, added] = views_.try_emplace(unit.name);
        if (added) found->second = open_view(unit.name);
        return found->second ? &*found->second : nullptr;
    }

    std::optional<UnitView> open_view(const std::string& name) {
        const auto unit = manager_->load(name);
        if (!unit || !unit->runs() || unit->main_pid == 0) return std::nullopt;
        auto view = host::mounts_of(static_cast<pid_t>(unit->main_pid));
        if (!view) return std::nullopt;
        const std::chrono::microseconds began{static_cast<std::int64_t>(unit->began)};
        return UnitView{std::move(*view), Time{began}};
    }

    journal::Id boot_;
    std::optional<host::MountView> own_;
    std::optional<Manager> manager_;
    std::map<std::string, std::optional<UnitView>> views_;
};

}  // namespace

void check_paths(journal::Review& review) {
    const auto boot = journal::current_boot();
    if (!boot) return;
    PathChecker checker(*boot);
    for (auto* list : {&review.denials, &review.unattributed})
        for (Denial& denial : *list)
            denial.tally.path = checker.check(denial);
}

}  // namespace ringfence::cli
