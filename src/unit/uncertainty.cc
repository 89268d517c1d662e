// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds units whose files depend on the order in which systemd does things.
//
// A unit gets its names and drop-ins when systemd loads it by one of its names. From then on, the
// other names lead to the same unit (unit_load_fragment() in systemd's src/core/load-fragment.c).
// So the first name decides when different names would give different drop-ins. systemd also looks
// through the aliases in the order of a hash table (unit_file_find_dropin_paths() in
// src/shared/dropin.c).
#include <algorithm>

#include "unit/unit.h"

namespace ringfence::unit {

namespace {

// The first drop-in of `one` that `other` does not have; nullptr if it has all of them.
const Dropin* first_missing(const std::vector<Dropin>& one, const std::vector<Dropin>& other) {
    for (const Dropin& dropin : one) {
        const auto same = [&](const Dropin& its) { return its.path == dropin.path; };
        if (std::none_of(other.begin(), other.end(), same)) return &dropin;
    }
    return nullptr;
}

}  // namespace

std::optional<Diagnostic> SourceLoader::compare(const Composition& unit, const ServiceName& other) {
    const Composition that = compose(other);
    // systemd loads nothing by a masked name, and a name with another Id leads to another unit.
    if (that.fragment == nullptr || NameMap::is_mask(root_, *that.fragment) ||
        that.names.front() != unit.names.front())
        return std::nullopt;
    const Dropin* added = first_missing(that.dropins, unit.dropins);
    const Dropin* missing = first_missing(unit.dropins, that.dropins);
    if (added == nullptr && missing == nullptr) return std::nullopt;
    const std::string when = added != nullptr ? "loads" : "does not load";
    return Diagnostic{{(added != nullptr ? added : missing)->path, 0, 0},
                      unit.names.front() + " has this drop-in only if systemd " + when + " it as " +
                          other.full + " first, so it is not certain which commands the unit runs",
                      "move the drop-in to " + unit.names.front() + ".d"};
}

std::optional<Diagnostic> SourceLoader::compare_order_of_aliases(const Composition& unit) {
    if (unit.names.size() < 3) return std::nullopt;
    std::vector<std::string> backwards = unit.names;
    std::reverse(backwards.begin() + 1, backwards.end());
    const std::vector<Dropin> others = find_dropins(backwards);
    const Dropin* one = first_missing(unit.dropins, others);
    const Dropin* other = first_missing(others, unit.dropins);
    if (one == nullptr || other == nullptr) return std::nullopt;
    return Diagnostic{{one->path, 0, 0},
                      "this file and " + other->path +
                          " have the same name and are for two aliases of " + unit.names.front() +
                          ": systemd reads one of the two, and nobody can tell which",
                      "rename one of them"};
}

std::optional<Diagnostic> SourceLoader::uncertainty(const ServiceName& name) {
    const std::set<std::string> related = map_.related(name);
    if (related.size() == 1) return std::nullopt;
    const Composition unit = compose(name);
    if (auto why = compare_order_of_aliases(unit)) return why;
    for (const std::string& other : related)
        if (const auto parts = parse_service_name(other); parts && other != name.full)
            if (auto why = compare(unit, *parts)) return why;
    return std::nullopt;
}

}  // namespace ringfence::unit
