// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lint/unseen.h"

#include <fmt/format.h>

#include "dropin/attachment.h"
#include "dropin/own_keys.h"
#include "unit/name_map.h"
#include "unit/unit.h"

namespace ringfence::lint {

namespace {

// The directories of systemd.generator(7) and systemd-run(1). A user's manager has the same below
// $XDG_RUNTIME_DIR.
struct Directory {
    const char* path;
    const char* maker;
};
constexpr Directory system_directories[] = {
    {"/run/systemd/generator.early", "another generator"},
    {"/run/systemd/generator", "another generator"},
    {"/run/systemd/generator.late", "another generator"},
    {"/run/systemd/transient", "systemd-run(1)"},
};

// "X-LandlockPolicy=-%p" for all units does not fence units without a policy of their name.
bool gets_none(const Root& root, const policy::SearchPath& policies,
               const dropin::Attachment& attachment) {
    if (!attachment.asks() || attachment.own_request) return true;
    if (attachment.rules || !attachment.problems.empty()) return false;
    const auto rules = policy::resolve(root, policies, attachment.policies);
    return rules && !*rules;
}

}  // namespace

std::vector<UnseenUnit> find_unseen_units(const Root& root, const unit::LoadPath& path,
                                          const policy::SearchPath& policies) {
    std::vector<UnseenUnit> found;
    if (path.scope == unit::Scope::user) return found;
    const unit::NameMap map = unit::NameMap::build(root, path);
    unit::SourceLoader loader(root, map);
    for (const Directory& directory : system_directories) {
        const auto entries = root.list(directory.path);
        if (!entries) continue;
        for (const DirectoryEntry& entry : *entries) {
            const auto name = unit::parse_service_name(entry.name);
            if (!name || entry.type == DT_DIR) continue;
            const auto sources = loader.read(*name);
            if (!sources || !dropin::may_request(*sources)) continue;
            const bool seen =
                sources->state != unit::Sources::State::missing && !sources->transient;
            const auto attachment = dropin::read_attachment(unit::parse(*sources));
            if (seen || gets_none(root, policies, attachment)) continue;
            found.push_back({name->full, fmt::format("{}/{}", directory.path, entry.name),
                             fmt::format("{} is made by {}: it runs without the fence that a "
                                         "drop-in for all units asks for",
                                         name->full, directory.maker)});
        }
    }
    return found;
}

}  // namespace ringfence::lint
