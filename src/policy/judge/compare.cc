// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/judge/compare.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/path.h"
#include "landlock/rights.h"
#include "policy/judge/judge.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;

// Paths -----------------------------------------------------------------------------------------

std::set<std::string> paths_of(const Rules& rules) {
    std::set<std::string> paths;
    for (const Layer& layer : rules.layers)
        for (const PathRule& rule : layer.paths)
            paths.insert(simplify_path(rule.path));
    return paths;
}

// "/" sorts before every other character, so that all paths beneath a path follow it directly.
bool tree_order(const std::string& a, const std::string& b) {
    const auto rank = [](char c) { return c == '/' ? -1 : static_cast<unsigned char>(c); };
    const bool root_a = a == "/";
    const bool root_b = b == "/";
    if (root_a || root_b) return root_a && !root_b;
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [&](char x, char y) { return rank(x) < rank(y); });
}

class PathComparison {
  public:
    PathComparison(const Rules& rules_before, const Rules& rules_after, const Judge& before,
                   const Judge& after)
        : before_(before), after_(after) {
        std::set<std::string> paths = paths_of(rules_before);
        paths.merge(paths_of(rules_after));
        paths.insert("/");
        paths_.assign(paths.begin(), paths.end());
        std::sort(paths_.begin(), paths_.end(), tree_order);
        // It is enough to look at these paths. Everywhere else the rights are those of the nearest
        // path above.
        for (const std::string& path : paths_) {
            const Access a = before_.allowed(path);
            const Access b = after_.allowed(path);
            gained_.push_back(b - a);
            lost_.push_back(a - b);
        }
    }

    std::vector<PathChange> run() {
        add(Direction::widens, gained_, after_);
        add(Direction::narrows, lost_, before_);
        return std::move(changes_);
    }

  private:
    void add(Direction direction, const std::vector<Access>& changed, const Judge& granting) {
        std::vector<std::size_t> above;  // the paths that the current one is beneath
        for (std::size_t i = 0; i < paths_.size(); ++i) {
            while (!above.empty() && !covers(paths_[above.back()], paths_[i]))
                above.pop_back();
            // A change that also happens at the path above is reported there.
            const Access told = above.empty() ? Access{} : changed[above.back()];
            for (PathChange& change : by_exceptions(i, changed, changed[i] - told)) {
                change.direction = direction;
                change.origins = granting.origins(change.path, change.access);
                changes_.push_back(std::move(change));
            }
            above.push_back(i);
        }
    }

    // Rights with the same exceptions make one change.
    std::vector<PathChange> by_exceptions(std::size_t at, const std::vector<Access>& changed,
                                          const Access& access) const {
        std::vector<PathChange> rows;
        for (const landlock::Right& right : landlock::rights) {
            if ((right.access() & access).empty()) continue;
            auto except = exceptions(at, changed, right.access());
            const auto same = std::find_if(rows.begin(), rows.end(), [&](const PathChange& row) {
                return row.except == except;
            });
            if (same != rows.end())
                same->access |= right.access();
            else
                rows.push_back({{}, paths_[at], right.access(), std::move(except), {}});
        }
        return rows;
    }

    // The paths beneath `at` where the right does not change. It does not change beneath these
    // paths either: if both sides allow a right at a directory, both allow it further down.
    std::vector<std::string> exceptions(std::size_t at, const std::vector<Access>& changed,
                                        const Access& right) const {
        std::vector<std::string> found;
        for (std::size_t i = at + 1; i < paths_.size() && covers(paths_[at], paths_[i]); ++i)
            if ((changed[i] & right).empty() && (found.empty() || !covers(found.back(), paths_[i])))
                found.push_back(paths_[i]);
        return found;
    }

    const Judge& before_;
    const Judge& after_;
    std::vector<std::string> paths_;
    std::vector<Access> gained_;
    std::vector<Access> lost_;
    std::vector<PathChange> changes_;
};

// Ports -----------------------------------------------------------------------------------------

void add_ports(std::vector<PortChange>& changes, Direction direction, const Access& right,
               const Ports& ports, const Judge& granting) {
    for (std::size_t first = 0; first < ports.size(); ++first) {
        if (!ports[first]) continue;
        std::size_t last = first;
        while (last + 1 < ports.size() && ports[last + 1])
            ++last;
        PortChange change{direction,
                          right,
                          static_cast<std::uint16_t>(first),
                          static_cast<std::uint16_t>(last),
                          {}};
        change.origins = granting.port_origins(right, change.first, change.last);
        changes.push_back(std::move(change));
        first = last;
    }
}

std::vector<PortChange> compare_ports(const Judge& before, const Judge& after) {
    std::vector<PortChange> changes;
    for (const landlock::Right& right : landlock::rights) {
        if (right.family != Family::net) continue;
        const Ports a = before.ports(right.access());
        const Ports b = after.ports(right.access());
        add_ports(changes, Direction::widens, right.access(), b & ~a, after);
        add_ports(changes, Direction::narrows, right.access(), a & ~b, before);
    }
    return changes;
}

// The rest --------------------------------------------------------------------------------------

std::vector<ScopeChange> compare_scopes(const Judge& before, const Judge& after) {
    std::vector<ScopeChange> changes;
    for (const landlock::Right& right : landlock::rights) {
        if (right.family != Family::scope) continue;
        const bool free_before = before.scope(right.access()).allowed();
        const bool free_after = after.scope(right.access()).allowed();
        if (free_before != free_after)
            changes.push_back(
                {free_after ? Direction::widens : Direction::narrows, right.access()});
    }
    return changes;
}

std::string abi_text(int minimum) {
    return minimum == minimum_abi_all ? "all" : fmt::format("{}", minimum);
}

// A lower minimum widens: the service also runs where less is enforced.
void compare_minimum(const Rules& before, const Rules& after, std::vector<SettingChange>& changes) {
    const auto rank = [](int minimum) {
        return minimum == minimum_abi_all ? landlock::newest_abi + 1 : minimum;
    };
    const int a = rank(before.minimum_abi);
    const int b = rank(after.minimum_abi);
    if (a != b)
        changes.push_back({b < a ? Direction::widens : Direction::narrows,
                           "minimum_abi",
                           abi_text(before.minimum_abi),
                           abi_text(after.minimum_abi),
                           {}});
}

// A text that is compared, with the place where it is written. Reported are texts that only one
// side has.
struct Item {
    std::string text;
    Location where;
    bool operator<(const Item& other) const { return text < other.text; }
};

void compare_items(const std::string& name, std::vector<Item> before, std::vector<Item> after,
                   std::vector<SettingChange>& changes) {
    std::stable_sort(before.begin(), before.end());
    std::stable_sort(after.begin(), after.end());
    std::vector<Item> gone;
    std::vector<Item> fresh;
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                        std::back_inserter(gone));
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                        std::back_inserter(fresh));
    for (const Item& item : gone)
        changes.push_back({Direction::neither, name, item.text, "", item.where});
    for (const Item& item : fresh)
        changes.push_back({Direction::neither, name, "", item.text, item.where});
}

Location first_place(const std::vector<Origin>& origins) {
    return origins.empty() ? Location{} : origins.front().where;
}

std::vector<Item> quiet_of(const Rules& rules) {
    std::vector<Item> items;
    for (const QuietPath& quiet : rules.quiet)
        items.push_back({simplify_path(quiet.path), first_place(quiet.origins)});
    return items;
}

std::vector<Item> directives_of(const Rules& rules) {
    std::vector<Item> items;
    for (const Directive& directive : rules.systemd)
        items.push_back({directive.key + "=" + directive.value, directive.origin.where});
    return items;
}

// The paths that must exist, among those that both sides have rules for.
std::vector<Item> required_of(const Rules& rules, const std::set<std::string>& of_other) {
    std::map<std::string, Location> required;  // a path in several layers counts once
    for (const Layer& layer : rules.layers)
        for (const PathRule& rule : layer.paths)
            if (const std::string path = simplify_path(rule.path);
                !rule.optional && of_other.count(path) != 0)
                required.emplace(path, first_place(rule.origins));
    std::vector<Item> items;
    for (const auto& [path, where] : required)
        items.push_back({path, where});
    return items;
}

void compare_capabilities(const Rules& before, const Rules& after,
                          std::vector<SettingChange>& changes) {
    const landlock::CapabilitySet earlier = before.dropped_capabilities();
    const landlock::CapabilitySet later = after.dropped_capabilities();
    for (const landlock::Capability& row : landlock::capabilities) {
        const bool was_kept = (earlier & landlock::set_of(row)) == 0;
        const bool is_kept = (later & landlock::set_of(row)) == 0;
        if (was_kept == is_kept) continue;
        Location where;
        for (const KeptCapability& kept : (is_kept ? after : before).kept_capabilities)
            if (kept.name == row.name) where = kept.origin.where;
        changes.push_back({is_kept ? Direction::widens : Direction::narrows, "capabilities",
                           was_kept ? row.name : "", is_kept ? row.name : "", where});
    }
}

std::vector<SettingChange> compare_settings(const Rules& before, const Rules& after) {
    std::vector<SettingChange> changes;
    compare_minimum(before, after, changes);
    const auto compare_flag = [&](const char* name, bool old, bool now, Direction if_now) {
        const Direction if_not =
            if_now == Direction::widens ? Direction::narrows : Direction::widens;
        if (old != now)
            changes.push_back(
                {now ? if_now : if_not, name, old ? "true" : "false", now ? "true" : "false", {}});
    };
    compare_flag("inherit", before.inherit, after.inherit, Direction::widens);
    compare_flag("forbid_landlock", before.forbid_landlock, after.forbid_landlock,
                 Direction::narrows);
    if (before.trust_links != after.trust_links)
        changes.push_back(
            {after.trust_links < before.trust_links ? Direction::widens : Direction::narrows,
             "trust_links",
             landlock::word_of(before.trust_links),
             landlock::word_of(after.trust_links),
             {}});
    if (before.stand_ins != after.stand_ins)
        changes.push_back({after.stand_ins ? Direction::narrows : Direction::widens,
                           "stand_ins",
                           before.stand_ins ? std::string(stand_in_sockets) : "",
                           after.stand_ins ? std::string(stand_in_sockets) : "",
                           {}});
    compare_items("required", required_of(before, paths_of(after)),
                  required_of(after, paths_of(before)), changes);
    compare_items("quiet", quiet_of(before), quiet_of(after), changes);
    compare_capabilities(before, after, changes);
    compare_items("systemd", directives_of(before), directives_of(after), changes);
    return changes;
}

template <class Change>
bool any(const std::vector<Change>& changes, Direction direction) {
    return std::any_of(changes.begin(), changes.end(),
                       [&](const Change& change) { return change.direction == direction; });
}

}  // namespace

Verdict Difference::verdict() const {
    const auto has = [&](Direction direction) {
        return any(paths, direction) || any(ports, direction) || any(scopes, direction) ||
               any(settings, direction);
    };
    const bool widens = has(Direction::widens);
    const bool narrows = has(Direction::narrows);
    if (widens && narrows) return Verdict::both;
    if (widens) return Verdict::widens;
    return narrows ? Verdict::narrows : Verdict::same;
}

Difference compare(const Rules& before, const Rules& after) {
    const Judge judge_before(before);
    const Judge judge_after(after);
    return {PathComparison(before, after, judge_before, judge_after).run(),
            compare_ports(judge_before, judge_after), compare_scopes(judge_before, judge_after),
            compare_settings(before, after)};
}

}  // namespace ringfence::policy
