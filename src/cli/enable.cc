// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence enable`: ringfence-enable(1).
#include "cli/enable.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/exit_status.h"
#include "cli/problems.h"
#include "cli/scene.h"
#include "cli/site_files.h"
#include "cli/terminal.h"
#include "cli/verb.h"

namespace ringfence::cli {

namespace {

constexpr Option enable_options[] = {
    {"policy", 0, "NAME", "the policy; without it, the one that is written for the unit"},
    {"static", 0, nullptr, "write the fence itself, for units that other generators make"},
    {"no-reload", 0, nullptr, "neither reload systemd nor look at it"},
    {"root", 0, "DIR", "work on the files beneath DIR; implies --no-reload"},
    {"user", 0, nullptr, "units of your own user manager"},
    {"help", 'h', nullptr, "show this text"},
};

int enable_help() {
    fmt::print(
        "Usage: ringfence enable [OPTION…] UNIT…\n\n"
        "Fence services: write the drop-in that asks for it, and reload systemd.\n\n{}\n"
        "Exit status: 0 done; 1 not done, or systemd does not have it; 2 usage.\n"
        "ringfence-enable(1) has more.\n",
        options_help(enable_options));
    return exit_success;
}

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

// What systemd has now, and what runs.
Result<void> check_change(const EnableChange& change, const Scene& scene) {
    const auto units = scene.loaded(change.name);
    if (!units) return tl::unexpected(units.error());
    Diagnostics problems;
    for (const LoadedUnit& unit : *units) {
        // An instance may have a drop-in of its own, which stands in for the template's.
        const bool own = unit.id == change.name.full;
        if (auto good = check_loaded(unit, own ? change.dropin : std::string()); !good)
            problems.insert(problems.end(), good.error().begin(), good.error().end());
        else if (unit.runs() && scene.running_digest(unit) != change.digest)
            fmt::print("  runs without this fence until: systemctl {}restart {}\n",
                       scene.is_user() ? "--user " : "", printable(unit.id));
    }
    if (!problems.empty()) return tl::unexpected(problems);
    return {};
}

int finish_enable(const std::vector<EnableChange>& changes, Scene* scene) {
    if (scene == nullptr) {
        for (const EnableChange& change : changes)
            print_change(change);
        const bool changed = std::any_of(changes.begin(), changes.end(), [](const auto& change) {
            return !change.writes.empty() || !change.removes.empty();
        });
        if (changed) fmt::print("Takes effect at the next boot or systemctl daemon-reload.\n");
        return exit_success;
    }
    if (auto done = scene->reload(); !done) {
        for (const EnableChange& change : changes)
            print_change(change);
        return print_problems(done.error(), exit_failure);
    }
    int status = exit_success;
    for (const EnableChange& change : changes) {
        print_change(change);
        if (auto good = check_change(change, *scene); !good)
            status = print_problems(good.error(), exit_failure);
    }
    return status;
}

}  // namespace

int run_enable(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(enable_options, words);
    if (!arguments) return print_problems(arguments.error(), exit_usage);
    if (arguments->has("help")) return enable_help();
    if (arguments->operands.empty())
        return print_problems(fail("", "no unit given", "name the services to fence").value(),
                              exit_usage);
    auto place = open_place(*arguments);
    if (!place) return print_problems(place.error(), exit_failure);
    const EnableOptions options = {arguments->value("policy"), arguments->has("static")};
    Scene* scene = place->scene ? &*place->scene : nullptr;
    const auto changes = plan_enable(place->site, scene == nullptr ? nullptr : &scene->manager,
                                     arguments->operands, options);
    if (!changes) return print_problems(changes.error(), exit_failure);
    if (auto done = write_changes(place->site, *changes); !done)
        return print_problems(done.error(), exit_failure);
    return finish_enable(*changes, scene);
}

}  // namespace ringfence::cli
