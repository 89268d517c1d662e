// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/normal_form.h"

#include <algorithm>
#include <compare>
#include <iterator>
#include <tuple>
#include <utility>

namespace ringfence::policy {

namespace {

landlock::Access granted_by(const std::vector<Origin>& origins) {
    landlock::Access granted;
    for (const Origin& origin : origins)
        granted |= origin.access;
    return granted;
}

void add_origins(std::vector<Origin>& all, const std::vector<Origin>& more) {
    for (const Origin& origin : more) {
        const auto known = std::find_if(
            all.begin(), all.end(), [&](const Origin& one) { return one.where == origin.where; });
        if (known != all.end())
            known->access |= origin.access;
        else if (all.size() < most_origins || !granted_by(all).contains(origin.access))
            all.push_back(origin);
    }
}

template <class Row>
auto path_key(const Row& row) {
    return std::tie(row.path, row.optional);
}

void join(PathRule& row, const PathRule& other) {
    row.access |= other.access;
    add_origins(row.origins, other.origins);
}

void join(QuietPath& row, const QuietPath& other) {
    add_origins(row.origins, other.origins);
}

template <class Row>
bool is_normal(const std::vector<Row>& rows) {
    return std::adjacent_find(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
               return !(path_key(a) < path_key(b));
           }) == rows.end();
}

template <class Row>
void normalise_paths(std::vector<Row>& rows) {
    if (is_normal(rows)) return;
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return path_key(a) < path_key(b); });
    std::vector<Row> joined;
    joined.reserve(rows.size());
    for (Row& row : rows) {
        if (!joined.empty() && path_key(joined.back()) == path_key(row))
            join(joined.back(), row);
        else
            joined.push_back(std::move(row));
    }
    rows = std::move(joined);
}

/// One walk over both lists.
template <class Row>
void unite_paths(std::vector<Row>& rows, std::vector<Row> more) {
    normalise_paths(more);
    if (more.empty()) return;
    if (rows.empty()) {
        rows = std::move(more);
        return;
    }
    std::vector<Row> merged;
    merged.reserve(rows.size() + more.size());
    auto next = more.begin();
    for (Row& row : rows) {
        auto order = std::strong_ordering::greater;
        while (next != more.end() && std::is_lt(order = path_key(*next) <=> path_key(row)))
            merged.push_back(std::move(*next++));
        merged.push_back(std::move(row));
        if (next != more.end() && std::is_eq(order)) join(merged.back(), *next++);
    }
    merged.insert(merged.end(), std::make_move_iterator(next), std::make_move_iterator(more.end()));
    rows = std::move(merged);
}

auto port_key(const PortRule& rule) {
    return std::tuple(rule.access.net, rule.first, rule.last);
}

}  // namespace

void normalise(std::vector<PathRule>& rows) {
    normalise_paths(rows);
}

void normalise(std::vector<QuietPath>& rows) {
    normalise_paths(rows);
}

void normalise(std::vector<PortRule>& rows) {
    std::stable_sort(rows.begin(), rows.end(), [](const PortRule& a, const PortRule& b) {
        return port_key(a) < port_key(b);
    });
    std::vector<PortRule> joined;
    for (PortRule& rule : rows) {
        PortRule* last = joined.empty() ? nullptr : &joined.back();
        if (last != nullptr && last->access == rule.access && rule.first <= last->last + 1) {
            last->last = std::max(last->last, rule.last);
            add_origins(last->origins, rule.origins);
        } else {
            joined.push_back(std::move(rule));
        }
    }
    rows = std::move(joined);
}

void unite(std::vector<PathRule>& rows, std::vector<PathRule> more) {
    unite_paths(rows, std::move(more));
}

void unite(std::vector<QuietPath>& rows, std::vector<QuietPath> more) {
    unite_paths(rows, std::move(more));
}

void unite(std::vector<PortRule>& rows, std::vector<PortRule> more) {
    if (more.empty()) return;
    rows.insert(rows.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
    normalise(rows);
}

bool subtract(std::vector<PortRule>& rows, const PortEntry& range) {
    std::vector<PortRule> left;
    bool cut = false;
    for (const PortRule& rule : rows) {
        const bool apart =
            rule.access != range.access || rule.last < range.first || rule.first > range.last;
        if (apart) {
            left.push_back(rule);
            continue;
        }
        cut = true;
        PortRule part = rule;
        if (rule.first < range.first) {
            part.last = static_cast<std::uint16_t>(range.first - 1);
            left.push_back(part);
        }
        if (rule.last > range.last) {
            part.first = static_cast<std::uint16_t>(range.last + 1);
            part.last = rule.last;
            left.push_back(part);
        }
    }
    rows = std::move(left);
    return cut;
}

}  // namespace ringfence::policy
