// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence disable`: ringfence-enable(1).
#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/enable_files.h"
#include "cli/exit_status.h"
#include "cli/problems.h"
#include "cli/scene.h"
#include "cli/site_files.h"
#include "cli/target.h"
#include "cli/terminal.h"
#include "cli/verb.h"
#include "dropin/attachment.h"
#include "dropin/plan.h"

namespace ringfence::cli {

namespace {

constexpr Option disable_options[] = {
    {"no-reload", 0, nullptr, "neither reload systemd nor look at it"},
    {"root", 0, "DIR", "work on the files beneath DIR; implies --no-reload"},
    {"user", 0, nullptr, "units of your own user manager"},
    {"help", 'h', nullptr, "show this text"},
};

struct DisableChange {
    unit::ServiceName name;
    std::vector<std::string> removes;
    std::vector<Location> remaining;  // other files that ask for a fence
};

int disable_help() {
    fmt::print(
        "Usage: ringfence disable [OPTION…] UNIT…\n\n"
        "Remove what `ringfence enable` wrote, and reload systemd.\n\n{}\n"
        "Exit status: 0 done, or nothing was to be done; 1 not done; 2 usage.\n"
        "ringfence-enable(1) has more.\n",
        options_help(disable_options));
    return exit_success;
}

// The drop-ins of ringfence enable in the unit's directory. The unit itself may be gone.
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
        auto name = parse_operand(operand);
        if (!name) return tl::unexpected(name.error());
        const auto target = TargetFinder(site_, manager_).find(operand);
        DisableChange change{target ? target->name : *name, {}, {}};
        auto files = find_own_files(site_, change.name);
        if (!files) return tl::unexpected(files.error());
        change.removes = std::move(*files);
        if (target) change.remaining = others(target->sources, change.removes);
        // A misspelt name is not "nothing to be done".
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
        if (attachment.rules.any) places.push_back(attachment.rules.where);
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

void print_running(const DisableChange& change, const Scene& scene) {
    const auto units = scene.loaded(change.name);
    if (!units) return;  // the unit is gone
    for (const LoadedUnit& unit : *units)
        if (unit.runs() && !scene.running_digest(unit).empty())
            fmt::print("  stays fenced until: systemctl {}restart {}\n",
                       scene.is_user() ? "--user " : "", printable(unit.id));
}

// Files that other hands wrote still ask: the unit is not unfenced, and that must be said.
int print_remaining(const DisableChange& change) {
    for (const Location& where : change.remaining)
        print_problems({{where, change.name.full + " still asks for a fence here",
                         "remove this line to disable the fence"}},
                       exit_failure);
    return change.remaining.empty() ? exit_success : exit_failure;
}

int finish_disable(const std::vector<DisableChange>& changes, Scene* scene) {
    int status = exit_success;
    if (scene != nullptr)
        if (auto done = scene->reload(); !done) status = print_problems(done.error(), exit_failure);
    for (const DisableChange& change : changes) {
        print_disabled(change);
        if (change.remaining.empty() && scene != nullptr) print_running(change, *scene);
        status = std::max(status, print_remaining(change));
    }
    const bool changed = std::any_of(changes.begin(), changes.end(),
                                     [](const auto& change) { return !change.removes.empty(); });
    if (scene == nullptr && changed)
        fmt::print("Takes effect at the next boot or systemctl daemon-reload.\n");
    return status;
}

}  // namespace

int run_disable(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(disable_options, words);
    if (!arguments) return print_problems(arguments.error(), exit_usage);
    if (arguments->has("help")) return disable_help();
    if (arguments->operands.empty())
        return print_problems(fail("", "no unit given", "name the services").value(), exit_usage);
    auto place = open_place(*arguments);
    if (!place) return print_problems(place.error(), exit_failure);
    Scene* scene = place->scene ? &*place->scene : nullptr;
    std::vector<DisableChange> changes;
    Diagnostics problems;
    for (const std::string& operand : arguments->operands) {
        auto change =
            DisablePlanner(place->site, scene == nullptr ? nullptr : &scene->manager).plan(operand);
        if (change)
            changes.push_back(std::move(*change));
        else
            problems.insert(problems.end(), change.error().begin(), change.error().end());
    }
    if (!problems.empty()) return print_problems(problems, exit_failure);
    for (const DisableChange& change : changes)
        for (const std::string& path : change.removes)
            if (auto done = remove_file(place->site.root, path); !done)
                return print_problems(done.error(), exit_failure);
    return finish_disable(changes, scene);
}

}  // namespace ringfence::cli
