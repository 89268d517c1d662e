// SPDX-License-Identifier: LGPL-2.1-or-later
// A workspace is what a verb works on: the files of a site and, if the site is this machine,
// systemd's manager and the journal.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/site/last_start.h"
#include "cli/site/manager.h"
#include "cli/site/site.h"
#include "cli/terminal/arguments.h"
#include "journal/source.h"
#include "journal/wrapper_report.h"

namespace ringfence::cli {

/// The running part of a site: systemd's manager and the journal.
struct RunningSystem {
    unit::Scope scope = unit::Scope::system;
    mutable Manager manager;
    std::unique_ptr<journal::Source> journal;  ///< null when it cannot be read
    Diagnostics journal_problems;

    bool is_user() const { return scope == unit::Scope::user; }
    Result<void> reload() { return manager.reload(); }

    /// The unit. For a template, its loaded instances.
    Result<std::vector<LoadedUnit>> loaded(const unit::ServiceName& name) const;

    /// How the unit was started last: what proves that it ran through the wrapper, and the
    /// wrapper's report, if the journal has one.
    LastStart last_start(const LoadedUnit& unit) const;

    /// Whether the journal must have a report if the unit's last start was fenced. This is so if
    /// the caller may read the whole journal, the journal reaches back to the start, the report had
    /// time to arrive, and the unit may send reports.
    bool must_have_report(const LoadedUnit& unit) const;

    /// The digest of the fence that the service runs behind, empty if there is none. Nothing if
    /// only the service could tell.
    std::optional<std::string> running_digest(const LoadedUnit& unit) const;

  private:
    StartFacts start_facts(const LoadedUnit& unit) const;
};

Result<RunningSystem> open_running_system(unit::Scope scope);

struct Workspace {
    Site site;
    std::optional<RunningSystem> system;  ///< nothing: the verb works on files only

    /// nullptr if the verb works on files only.
    Manager* manager() { return system ? &system->manager : nullptr; }
};

/// The workspace that --root, --user and --no-reload choose. With --root or --no-reload, and on a
/// machine that systemd did not boot, it has files only. Errors: the root cannot be opened, or the
/// manager cannot be reached.
Result<Workspace> open_workspace(const Arguments& arguments);

}  // namespace ringfence::cli
