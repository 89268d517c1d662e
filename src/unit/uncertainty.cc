// SPDX-License-Identifier: LGPL-2.1-or-later
// Units whose files depend on what systemd happens to do first.
//
// A unit gets its names and drop-ins when it is loaded by one of its names, and each other name
// leads to it from then on (unit_load_fragment() in systemd's src/core/load-fragment.c). By which
// name that is decides where they do not agree. Drop-ins of its aliases are looked for in the order
// of a hash table (unit_file_find_dropin_paths() in src/shared/dropin.c).
#include <algorithm>

#include "unit/unit.h"

namespace ringfence::unit {

namespace {

bool same_files(const std::vector<Dropin>& one, const std::vector<Dropin>& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](const Dropin& a, const Dropin& b) { return a.path == b.path; });
}

// The first drop-in of `one` that is not the same in `other`.
const Dropin* first_difference(const std::vector<Dropin>& one, const std::vector<Dropin>& other) {
    for (std::size_t i = 0; i < one.size(); ++i)
        if (i >= other.size() || one[i].path != other[i].path) return &one[i];
    return nullptr;
}

}  // namespace

std::optional<Diagnostic> Loader::compare(const Composition& unit, const ServiceName& other) {
    const Composition that = compose(other);
    // Nothing is loaded by a masked name, and what has another Id is another unit.
    if (that.fragment == nullptr || NameMap::is_mask(root_, *that.fragment) ||
        that.names.front() != unit.names.front() || same_files(unit.dropins, that.dropins))
        return std::nullopt;
    const Dropin* added = first_difference(that.dropins, unit.dropins);
    const Dropin* missing = first_difference(unit.dropins, that.dropins);
    const std::string when = added != nullptr ? "loads" : "does not load";
    return Diagnostic{{(added != nullptr ? added : missing)->path, 0, 0},
                      unit.names.front() + " has this drop-in only if systemd " + when + " it as " +
                          other.full + " first, so what it runs is not certain",
                      "move the drop-in to " + unit.names.front() + ".d"};
}

std::optional<Diagnostic> Loader::compare_order_of_aliases(const Composition& unit) {
    if (unit.names.size() < 3) return std::nullopt;
    std::vector<std::string> backwards = unit.names;
    std::reverse(backwards.begin() + 1, backwards.end());
    const std::vector<Dropin> others = find_dropins(backwards);
    if (same_files(unit.dropins, others)) return std::nullopt;
    const Dropin* one = first_difference(unit.dropins, others);
    const Dropin* other = first_difference(others, unit.dropins);
    return Diagnostic{{one->path, 0, 0},
                      "this file and " + other->path +
                          " have the same name and are for two aliases of " + unit.names.front() +
                          ": systemd reads either",
                      "rename one of them"};
}

std::optional<Diagnostic> Loader::uncertainty(const ServiceName& name) {
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
