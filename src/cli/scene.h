// SPDX-License-Identifier: LGPL-2.1-or-later
// The running side of a site: its manager, and the journal of its services.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/arguments.h"
#include "cli/manager.h"
#include "cli/site.h"
#include "journal/source.h"
#include "journal/wrapper_report.h"

namespace ringfence::cli {

struct Scene {
    unit::Scope scope = unit::Scope::system;
    mutable Manager manager;
    std::unique_ptr<journal::Source> journal;  ///< null when it cannot be read
    Diagnostics journal_problems;

    bool is_user() const { return scope == unit::Scope::user; }
    Result<void> reload() { return manager.reload(); }

    /// The unit; of a template its loaded instances.
    Result<std::vector<LoadedUnit>> loaded(const unit::ServiceName& name) const;

    /// The wrapper's report about the unit's last start, if the journal has it: of what runs, else
    /// the last.
    std::optional<journal::WrapperReport> report(const LoadedUnit& unit) const;

    /// Whether a fence put up at the unit's last start would be in the journal for sure: all of
    /// that may be read, reaches back, and had the time to get there; and the unit may report at
    /// all.
    bool must_have_report(const LoadedUnit& unit) const;

    /// The digest of the fence that the running service reported; empty when none is known.
    std::string running_digest(const LoadedUnit& unit) const;
};

Result<Scene> open_scene(unit::Scope scope);

struct Place {
    Site site;
    std::optional<Scene> scene;  ///< nothing: files only
};

/// From --root, --user and --no-reload. On a machine that systemd did not boot there are files
/// only. Errors: the root cannot be opened, the manager not be reached.
Result<Place> open_place(const Arguments& arguments);

}  // namespace ringfence::cli
