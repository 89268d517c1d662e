// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence disable`: ringfence-enable(1).
#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "cli/site/enable_files.h"
#include "cli/site/manager.h"
#include "cli/site/operand.h"
#include "cli/site/site_files.h"
#include "cli/site/target.h"
#include "cli/site/workspace.h"
#include "cli/terminal/problems.h"
#include "cli/terminal/terminal.h"
#include "cli/verbs.h"
#include "dropin/attachment.h"
#include "dropin/plan.h"

namespace ringfence::cli {

namespace {

struct DisableChange {
    unit::ServiceName name;
    std::vector<std::string> removes;
    std::vector<Location> remaining;  // other files that ask for a fence
};

// Finds the drop-ins that ringfence enable wrote for the unit. The unit itself may not exist any
// more.
Result<std::vector<std::string>> find_own_files(const Site& site, const unit::ServiceName& name) {
    std::vector<std::string> found;
    const std::string directory = dropin_directory(site, name.full);
    const auto entries = site.root.list(directory);
    if (!entries && (entries.error().value() == ENOENT || entries.error().value() == ENOTDIR))
        return found;
    if (!entries) return fail(directory, "cannot be listed: " + entries.error().message());
    for (const DirectoryEntry& entry : *entries) {
        const std::string path = directory + "/" + entry.name;
        if (entry.type == DT_DIR || !entry.name.ends_with("ringfence.conf")) continue;
        const auto text = site.root.read(path);
        if (!text) return fail(path, "cannot be read: " + text.error().message());
        const Ownership owner = ownership_of(*text);
        if (owner == Ownership::changed)
            return fail(path, "this file was changed since ringfence wrote it",
                        "remove it yourself, if that is what you want");
        if (owner == Ownership::ours) found.push_back(path);
    }
    return found;
}

class DisablePlanner {
  public:
    DisablePlanner(Site& site, Manager* manager) : site_(site), manager_(manager) {}

    Result<DisableChange> plan(const std::string& operand) {
        auto name = service_name(operand);
        if (!name) return tl::unexpected(name.error());
        const auto target = TargetFinder(site_, manager_).find(operand);
        DisableChange change{target ? target->name : *name, {}, {}};
        auto files = find_own_files(site_, change.name);
        if (!files) return tl::unexpected(files.error());
        change.removes = std::move(*files);
        if (target) change.remaining = others(target->sources, change.removes);
        // If there is neither a unit nor a drop-in, the name is probably misspelt, and that is an
        // error.
        if (!target && change.removes.empty()) return tl::unexpected(target.error());
        return change;
    }

  private:
    static std::vector<Location> others(unit::Sources sources,
                                        const std::vector<std::string>& removed) {
        for (std::size_t i = 0; i < sources.dropins.size(); ++i)
            for (const std::string& path : removed)
                if (sources.dropins[i].path == path) sources.dropin_texts[i].clear();
        const auto attachment = dropin::read_attachment(unit::parse(sources));
        std::vector<Location> places;
        for (const policy::Name& name : attachment.policies)
            places.push_back(name.where);
        for (const dropin::OpenName& name : attachment.open_names)
            places.push_back(name.where);
        if (attachment.rules) places.push_back(attachment.rules->where);
        return places;
    }

    Site& site_;
    Manager* manager_;
};

void print_disabled(const DisableChange& change) {
    fmt::print("{}: {}\n", printable(change.name.full),
               change.removes.empty() ? "ringfence enable wrote nothing for it" : "disabled");
    for (const std::string& path : change.removes)
        fmt::print("  removed {}\n", printable(path));
}

void print_running(const DisableChange& change, const RunningSystem& system) {
    const auto units = system.loaded(change.name);
    if (!units) return;  // the unit is gone
    for (const LoadedUnit& unit : *units) {
        if (!unit.runs()) continue;
        if (const auto digest = system.running_digest(unit); digest != "")
            fmt::print("  {} fenced until: {} restart {}\n", digest ? "stays" : "may stay",
                       systemctl_of(system.scope), printable(unit.id));
    }
}

// Names the files of others that still ask for a fence. The administrator must know that the unit
// is still fenced.
int print_remaining(const DisableChange& change) {
    for (const Location& where : change.remaining)
        print_problems({{where, change.name.full + " still asks for a fence here",
                         "remove this line to disable the fence"}});
    return change.remaining.empty() ? exit_success : exit_failure;
}

int finish_disable(const std::vector<DisableChange>& changes, RunningSystem* system) {
    int status = exit_success;
    if (system != nullptr)
        if (auto done = system->reload(); !done) status = failed(done.error());
    for (const DisableChange& change : changes) {
        print_disabled(change);
        if (change.remaining.empty() && system != nullptr) print_running(change, *system);
        status = std::max(status, print_remaining(change));
    }
    const bool changed = std::any_of(changes.begin(), changes.end(),
                                     [](const auto& change) { return !change.removes.empty(); });
    if (system == nullptr && changed)
        fmt::print("Takes effect at the next boot or systemctl daemon-reload.\n");
    return status;
}

Result<std::vector<DisableChange>> plan_disable(Workspace& workspace,
                                                const std::vector<std::string>& operands) {
    std::vector<DisableChange> changes;
    Diagnostics problems;
    for (const std::string& operand : operands) {
        auto change = DisablePlanner(workspace.site, workspace.manager()).plan(operand);
        if (change)
            changes.push_back(std::move(*change));
        else
            problems.insert(problems.end(), change.error().begin(), change.error().end());
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return changes;
}

int run_disable(const Arguments& arguments) {
    auto workspace = open_workspace(arguments);
    if (!workspace) return failed(workspace.error());
    const auto changes = plan_disable(*workspace, arguments.operands);
    if (!changes) return failed(changes.error());
    for (const DisableChange& change : *changes)
        for (const std::string& path : change.removes)
            if (auto done = remove_file(workspace->site.root, path); !done)
                return failed(done.error());
    return finish_disable(*changes, workspace->system ? &*workspace->system : nullptr);
}

constexpr Option disable_options[] = {no_reload_option, root_option, user_option, help_option};

constexpr ExitStatus disable_statuses[] = {
    {exit_success, "it was done, or nothing was to be done"},
    {exit_failure, "it was not done, or another file still asks for the fence"},
    usage_status,
};

}  // namespace

constinit const Verb disable_verb = {
    "disable",
    "undo what enable did",
    "Remove what `ringfence enable` wrote, and reload systemd. --root implies --no-reload.",
    {disable_options, {}, "UNIT…", {1}},
    disable_statuses,
    "ringfence-enable(1)",
    run_disable,
};

}  // namespace ringfence::cli
