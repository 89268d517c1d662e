// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/compare.h"

#include <algorithm>
#include <bitset>
#include <map>
#include <set>

#include <fmt/format.h>

#include "landlock/rights.h"
#include "policy/coverage.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;

// Paths -----------------------------------------------------------------------------------------

std::set<std::string> paths_of(const Rules& rules) {
    std::set<std::string> paths;
    for (const Layer& layer : rules.layers)
        for (const PathRule& rule : layer.paths)
            paths.insert(simplify(rule.path));
    return paths;
}

// With "/" below every other character, what is beneath a path follows it at once.
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
    PathComparison(const Rules& before, const Rules& after) : before_(before), after_(after) {
        std::set<std::string> paths = paths_of(before);
        paths.merge(paths_of(after));
        paths.insert("/");
        paths_.assign(paths.begin(), paths.end());
        std::sort(paths_.begin(), paths_.end(), tree_order);
        // Between two of these paths nothing changes: only rules on a path or above it count.
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
    void add(Direction direction, const std::vector<Access>& changed, const Coverage& granting) {
        std::vector<std::size_t> above;  // the paths that the current one is beneath
        for (std::size_t i = 0; i < paths_.size(); ++i) {
            while (!above.empty() && !covers(paths_[above.back()], paths_[i]))
                above.pop_back();
            // What changes above, and here as well, is told there.
            const Access told = above.empty() ? Access{} : changed[above.back()];
            for (PathChange& change : by_exceptions(i, changed, changed[i] - told)) {
                change.direction = direction;
                change.origins = granting.origins(change.path, change.access);
                changes_.push_back(std::move(change));
            }
            above.push_back(i);
        }
    }

    // One change for all rights that have the same exceptions.
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

    // Beneath one of them the right does not change either: a right that both sides have at a
    // directory, both have further down.
    std::vector<std::string> exceptions(std::size_t at, const std::vector<Access>& changed,
                                        const Access& right) const {
        std::vector<std::string> found;
        for (std::size_t i = at + 1; i < paths_.size() && covers(paths_[at], paths_[i]); ++i)
            if ((changed[i] & right).empty() && (found.empty() || !covers(found.back(), paths_[i])))
                found.push_back(paths_[i]);
        return found;
    }

    Coverage before_;
    Coverage after_;
    std::vector<std::string> paths_;
    std::vector<Access> gained_;
    std::vector<Access> lost_;
    std::vector<PathChange> changes_;
};

// Ports -----------------------------------------------------------------------------------------

constexpr std::size_t port_count = 65536;
using Ports = std::bitset<port_count>;

Ports allowed_ports(const Rules& rules, const Access& right) {
    Ports all = Ports().set();
    for (const Layer& layer : rules.layers) {
        if ((handled(layer) & right).empty()) continue;
        Ports here;
        for (const PortRule& rule : layer.ports)
            if (rule.access == right)
                for (std::size_t port = rule.first; port <= rule.last; ++port)
                    here.set(port);
        all &= here;
    }
    return all;
}

std::vector<Origin> port_origins(const Rules& rules, const PortChange& change) {
    std::vector<Origin> found;
    for (const Layer& layer : rules.layers)
        for (const PortRule& rule : layer.ports)
            if (rule.access == change.access && rule.first <= change.last &&
                rule.last >= change.first)
                found.insert(found.end(), rule.origins.begin(), rule.origins.end());
    return found;
}

void add_ports(std::vector<PortChange>& changes, Direction direction, const Access& right,
               const Ports& ports, const Rules& granting) {
    for (std::size_t first = 0; first < port_count; ++first) {
        if (!ports[first]) continue;
        std::size_t last = first;
        while (last + 1 < port_count && ports[last + 1])
            ++last;
        PortChange change{direction,
                          right,
                          static_cast<std::uint16_t>(first),
                          static_cast<std::uint16_t>(last),
                          {}};
        change.origins = port_origins(granting, change);
        changes.push_back(std::move(change));
        first = last;
    }
}

std::vector<PortChange> compare_ports(const Rules& before, const Rules& after) {
    std::vector<PortChange> changes;
    for (const landlock::Right& right : landlock::rights) {
        if (right.family != Family::net) continue;
        const Ports a = allowed_ports(before, right.access());
        const Ports b = allowed_ports(after, right.access());
        add_ports(changes, Direction::widens, right.access(), b & ~a, after);
        add_ports(changes, Direction::narrows, right.access(), a & ~b, before);
    }
    return changes;
}

// The rest --------------------------------------------------------------------------------------

std::vector<ScopeChange> compare_scopes(const Rules& before, const Rules& after) {
    const auto restricted = [](const Rules& rules) {
        Access all;
        for (const Layer& layer : rules.layers)
            all |= layer.scopes;
        return all;
    };
    const Access a = restricted(before);
    const Access b = restricted(after);
    std::vector<ScopeChange> changes;
    for (const landlock::Right& right : landlock::rights) {
        if (right.family != Family::scope) continue;
        if (!(right.access() & (a - b)).empty())
            changes.push_back({Direction::widens, right.access()});
        if (!(right.access() & (b - a)).empty())
            changes.push_back({Direction::narrows, right.access()});
    }
    return changes;
}

std::string abi_text(int minimum) {
    return minimum == minimum_abi_all ? "all" : fmt::format("{}", minimum);
}

// A lower minimum lets the service run where less is enforced.
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

// Texts that one side has and the other has not, each with where it stands.
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
        items.push_back({simplify(quiet.path), first_place(quiet.origins)});
    return items;
}

std::vector<Item> directives_of(const Rules& rules) {
    std::vector<Item> items;
    for (const Directive& directive : rules.systemd)
        items.push_back({directive.key + "=" + directive.value, directive.origin.where});
    return items;
}

// Of the paths that both sides have rules for: whether they must exist.
std::vector<Item> required_of(const Rules& rules, const std::set<std::string>& of_other) {
    std::map<std::string, Location> required;  // in several layers it is required once
    for (const Layer& layer : rules.layers)
        for (const PathRule& rule : layer.paths)
            if (const std::string path = simplify(rule.path);
                !rule.optional && of_other.count(path) != 0)
                required.emplace(path, first_place(rule.origins));
    std::vector<Item> items;
    for (const auto& [path, where] : required)
        items.push_back({path, where});
    return items;
}

std::vector<SettingChange> compare_settings(const Rules& before, const Rules& after) {
    std::vector<SettingChange> changes;
    compare_minimum(before, after, changes);
    if (before.inherit != after.inherit)
        changes.push_back({after.inherit ? Direction::widens : Direction::narrows,
                           "inherit",
                           before.inherit ? "true" : "false",
                           after.inherit ? "true" : "false",
                           {}});
    compare_items("required", required_of(before, paths_of(after)),
                  required_of(after, paths_of(before)), changes);
    compare_items("quiet", quiet_of(before), quiet_of(after), changes);
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
    return {PathComparison(before, after).run(), compare_ports(before, after),
            compare_scopes(before, after), compare_settings(before, after)};
}

}  // namespace ringfence::policy
