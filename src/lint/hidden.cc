// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules on paths that the unit itself hides from its processes, or makes read-only.
#include <set>
#include <string>

#include <fmt/format.h>

#include "base/path.h"
#include "dropin/unit_mounts.h"
#include "lint/check.h"
#include "lint/facts.h"
#include "lint/grants.h"
#include "places/places.h"

namespace ringfence::lint {

namespace {

using dropin::UnitMounts;
using policy::PathRule;

// Where the machine's files are known, links are followed as systemd follows them.
template <class Function>
void with_mounts(const Subject& subject, const Function& look) {
    const dropin::Settings settings = settings_of(subject);
    if (subject.root != nullptr && !has_own_root(subject)) {
        const RealPaths paths(subject);
        return look(UnitMounts(settings, paths));
    }
    const policy::WrittenPaths paths(specifiers_of(subject));
    look(UnitMounts(settings, paths));
}

// A package's policy is for units with other settings, too. What it names with "-" may be missing.
bool is_meant(const PathRule& rule) {
    return !rule.optional || (is_own(rule.origins) && !rule.origins.empty() &&
                              !rule.origins.front().where.file.str().starts_with("/usr/"));
}

// systemd's own files decide nothing here: writing to a device, a socket or a FIFO works in a file
// system that is read-only.
bool is_special(const Subject& subject, const PathRule& rule) {
    const auto path = expand(subject, rule.path);
    if (!path) return false;
    if (covers("/dev", *path) || covers("/proc", *path)) return true;
    const auto status = subject.root == nullptr
                            ? FileResult<struct stat>(tl::unexpected(std::error_code()))
                            : subject.root->status(*path);
    return status && !S_ISDIR(status->st_mode) && !S_ISREG(status->st_mode);
}

std::string way_out(const UnitMounts::Effect& effect, const PathRule& rule) {
    const char* bind = (rule.access & changes).empty() ? "BindReadOnlyPaths=" : "BindPaths=";
    switch (effect.way) {
        case UnitMounts::Way::bind:
            return fmt::format("add {}{} to the unit, or take the rule out", bind, rule.path);
        case UnitMounts::Way::no_home:
            return fmt::format("write ProtectHome=tmpfs and {}{} in the unit, or take the rule out",
                               bind, rule.path);
        case UnitMounts::Way::allow_device:
            return fmt::format(
                "write PrivateDevices=no and DeviceAllow={} in the unit, or take the "
                "rule out",
                rule.path);
        case UnitMounts::Way::bind_writable:
            return fmt::format(
                "write BindPaths={} in the unit, or let the policy allow reading "
                "alone",
                rule.path);
        case UnitMounts::Way::write:
            return fmt::format(
                "add ReadWritePaths={} to the unit, or let the policy allow reading "
                "alone",
                rule.path);
        case UnitMounts::Way::switch_off:
            return fmt::format("write {}=no in the unit, or take the rule out", effect.key);
        case UnitMounts::Way::list_less:
            break;
    }
    return fmt::format("take \"{}\" out of {}=, or take the rule out", effect.path, effect.key);
}

std::string place_of_setting(const UnitMounts::Effect& effect) {
    return fmt::format("{} ({})", effect.setting(), to_string(effect.where));
}

}  // namespace

void check_hidden_path(const Subject& subject, Reporter& report) {
    with_mounts(subject, [&](const UnitMounts& mounts) {
        for (const policy::Layer& layer : subject.rules.layers)
            for (const PathRule& rule : layer.paths) {
                const auto effect = is_meant(rule) ? mounts.hides(rule.path) : std::nullopt;
                if (!effect) continue;
                report.add(rule.origins, rule.path,
                           fmt::format("{} of {} hides \"{}\": {}", place_of_setting(*effect),
                                       subject.unit->unit.name.full, rule.path,
                                       rule.optional || effect->leaves_node
                                           ? "the rule has no effect"
                                           : "the service does not start"),
                           way_out(*effect, rule));
            }
    });
}

void check_read_only_path(const Subject& subject, Reporter& report) {
    with_mounts(subject, [&](const UnitMounts& mounts) {
        for (const policy::Layer& layer : subject.rules.layers)
            for (const PathRule& rule : layer.paths) {
                if ((rule.access & changes).empty() || !is_meant(rule)) continue;
                if (mounts.hides(rule.path) || is_special(subject, rule)) continue;
                const auto effect = mounts.makes_read_only(rule.path);
                if (!effect) continue;
                report.add(
                    policy::origins_of(rule, changes), rule.path,
                    fmt::format("{} of {} makes \"{}\" read-only: the service cannot write "
                                "there",
                                place_of_setting(*effect), subject.unit->unit.name.full, rule.path),
                    way_out(*effect, rule));
            }
    });
}

}  // namespace ringfence::lint
