// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence enable`: ringfence-enable(1).
#include "cli/enable/enable.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/site/manager.h"
#include "cli/site/site_files.h"
#include "cli/site/workspace.h"
#include "cli/terminal/problems.h"
#include "cli/terminal/terminal.h"
#include "cli/verbs.h"

namespace ringfence::cli {

namespace {

Result<void> write_changes(const Site& site, const std::vector<EnableChange>& changes) {
    for (const EnableChange& change : changes) {
        for (const FileChange& file : change.writes)
            if (auto done = write_file(site.root, file.path, file.text); !done) return done;
        for (const std::string& path : change.removes)
            if (auto done = remove_file(site.root, path); !done) return done;
    }
    return {};
}

void print_change(const EnableChange& change) {
    fmt::print("{}: policy {}, {}\n", printable(change.name.full), printable(change.policy),
               printable(change.because));
    for (const FileChange& file : change.writes)
        fmt::print("  wrote {}\n", printable(file.path));
    for (const std::string& path : change.removes)
        fmt::print("  removed {}\n", printable(path));
    if (change.writes.empty() && change.removes.empty()) fmt::print("  enabled already\n");
}

// Checks the units that systemd has loaded, and the processes that run.
Result<void> check_change(const EnableChange& change, const RunningSystem& system) {
    const auto units = system.loaded(change.name);
    if (!units) return tl::unexpected(units.error());
    Diagnostics problems;
    for (const LoadedUnit& unit : *units) {
        // An instance may have a drop-in of its own. systemd then uses it instead of the
        // template's.
        const bool own = unit.id == change.name.full;
        if (auto good = check_loaded(unit, own ? change.dropin : std::string()); !good)
            problems.insert(problems.end(), good.error().begin(), good.error().end());
        else if (unit.runs()) {
            const auto digest = system.running_digest(unit);
            if (digest == change.digest) continue;
            fmt::print("  {} without this fence until: {} restart {}\n",
                       digest ? "runs" : "may run", systemctl_of(system.scope), printable(unit.id));
        }
    }
    if (!problems.empty()) return tl::unexpected(problems);
    return {};
}

int finish_enable(const std::vector<EnableChange>& changes, RunningSystem* system) {
    if (system == nullptr) {
        for (const EnableChange& change : changes)
            print_change(change);
        const bool changed = std::any_of(changes.begin(), changes.end(), [](const auto& change) {
            return !change.writes.empty() || !change.removes.empty();
        });
        if (changed) fmt::print("Takes effect at the next boot or systemctl daemon-reload.\n");
        return exit_success;
    }
    if (auto done = system->reload(); !done) {
        for (const EnableChange& change : changes)
            print_change(change);
        return failed(done.error());
    }
    int status = exit_success;
    for (const EnableChange& change : changes) {
        print_change(change);
        if (auto good = check_change(change, *system); !good) status = failed(good.error());
    }
    return status;
}

int run_enable(const Arguments& arguments) {
    auto workspace = open_workspace(arguments);
    if (!workspace) return failed(workspace.error());
    const EnableOptions options = {arguments.value("policy"), arguments.has("static")};
    const auto changes =
        plan_enable(workspace->site, workspace->manager(), arguments.operands, options);
    if (!changes) return failed(changes.error());
    if (auto done = write_changes(workspace->site, *changes); !done) return failed(done.error());
    return finish_enable(*changes, workspace->system ? &*workspace->system : nullptr);
}

constexpr Option enable_options[] = {
    {"policy", 0, "NAME", "the policy; without it, the one that is written for the unit"},
    {"static", 0, nullptr, "write the fence itself, for units that other generators make"},
    no_reload_option,
    root_option,
    user_option,
    help_option,
};

constexpr ExitStatus enable_statuses[] = {
    {exit_success, "it was done, or nothing was to be done"},
    {exit_failure, "it was not done, or systemd does not have the unit as it should"},
    usage_status,
};

}  // namespace

constinit const Verb enable_verb = {
    "enable",
    "fence services: write the drop-in that asks for it",
    "Fence services: write the drop-in that asks for it, and reload systemd. --root implies\n"
    "--no-reload.",
    {enable_options, {}, "UNIT…", {1}},
    enable_statuses,
    "ringfence-enable(1)",
    run_enable,
};

}  // namespace ringfence::cli
