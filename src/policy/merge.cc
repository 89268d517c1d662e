// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/merge.h"

#include <algorithm>
#include <compare>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "landlock/rights.h"
#include "policy/path_text.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

void add_origins(std::vector<Origin>& all, const std::vector<Origin>& more) {
    for (const Origin& origin : more)
        if (all.size() < most_origins &&
            std::none_of(all.begin(), all.end(),
                         [&](const Origin& known) { return known.where == origin.where; }))
            all.push_back(origin);
}

// Rows of paths ---------------------------------------------------------------------------------

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

/// Sorts; joins the rows of one (path, optional) into one.
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

// Rows of ports ---------------------------------------------------------------------------------

auto port_key(const PortRule& rule) {
    return std::tuple(rule.access.net, rule.first, rule.last);
}

/// Sorts; joins ranges of one right that overlap or touch.
void normalise_ports(std::vector<PortRule>& rules) {
    std::stable_sort(rules.begin(), rules.end(), [](const PortRule& a, const PortRule& b) {
        return port_key(a) < port_key(b);
    });
    std::vector<PortRule> joined;
    for (PortRule& rule : rules) {
        PortRule* last = joined.empty() ? nullptr : &joined.back();
        if (last != nullptr && last->access == rule.access && rule.first <= last->last + 1) {
            last->last = std::max(last->last, rule.last);
            add_origins(last->origins, rule.origins);
        } else {
            joined.push_back(std::move(rule));
        }
    }
    rules = std::move(joined);
}

/// Cuts a range out; whether anything was there to cut.
bool subtract(std::vector<PortRule>& rules, const PortEntry& range) {
    std::vector<PortRule> left;
    bool cut = false;
    for (const PortRule& rule : rules) {
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
    rules = std::move(left);
    return cut;
}

/// Merges `more` into `rows`, which are in normal form; that takes one walk over both.
template <class Row>
void merge_paths(std::vector<Row>& rows, std::vector<Row> more) {
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

template <class Row>
void append(std::vector<Row>& rows, std::vector<Row> more) {
    rows.insert(rows.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

void remove_path(Body& body, const PathEntry& removal, const SharedText& chain,
                 Diagnostics& problems) {
    const auto gone =
        std::remove_if(body.paths.begin(), body.paths.end(),
                       [&](const PathRule& rule) { return rule.path == removal.path; });
    const bool told = problems.size() < most_problems;
    if (gone == body.paths.end() && !removal.optional && told) {
        std::vector<std::string> paths;
        for (const PathRule& rule : body.paths)
            paths.push_back(rule.path);
        const std::string near = nearest(removal.path, paths);
        problems.push_back(
            {removal.where, fmt::format("there is no rule on {} to remove", quote(removal.path)),
             near.empty() ? fmt::format("write \"-{}\" if there may be none", removal.path)
                          : fmt::format("did you mean {}?", quote(near))});
    }
    if (gone != body.paths.end())
        body.removed.push_back({removal.path, {removal.where, chain, removal.reason}});
    body.paths.erase(gone, body.paths.end());
}

// The texts that `known` points to are shared, so they stay where they are when a vector grows.
void merge_directives(std::vector<Directive>& directives, const std::vector<Directive>& more) {
    if (more.empty()) return;
    const auto place = [](const Directive& directive) {
        const Location& where = directive.origin.where;
        return std::tuple(std::string_view(where.file), where.line, where.column);
    };
    std::set<std::tuple<std::string_view, unsigned, unsigned>> known;
    for (const Directive& directive : directives)
        known.insert(place(directive));
    for (const Directive& directive : more)
        if (known.insert(place(directive)).second) directives.push_back(directive);
}

// An abstraction that two others extend is read once, and its removals made once.
void merge_sources(Body& body, const Body& other) {
    std::set<std::string_view> known;
    for (const Source& source : body.sources)
        known.insert(source.path);
    for (const Source& source : other.sources)
        if (known.insert(source.path).second) body.sources.push_back(source);
    for (const Removal& removal : other.removed)
        if (std::none_of(body.removed.begin(), body.removed.end(), [&](const Removal& done) {
                return done.origin.where == removal.origin.where;
            }))
            body.removed.push_back(removal);
    for (const Exception& exception : other.exceptions)
        if (std::none_of(body.exceptions.begin(), body.exceptions.end(), [&](const auto& done) {
                return done.origin.where == exception.origin.where;
            }))
            body.exceptions.push_back(exception);
}

// Many rules share few chains, and go on sharing them.
class Prefixer {
  public:
    explicit Prefixer(const std::string& prefix) : prefix_(prefix) {}

    void operator()(SharedText& chain) {
        for (const auto& [before, after] : made_)
            if (before.same_as(chain)) {
                chain = after;
                return;
            }
        made_.emplace_back(chain, SharedText(prefix_ + chain.str()));
        chain = made_.back().second;
    }

  private:
    const std::string& prefix_;
    std::vector<std::pair<SharedText, SharedText>> made_;
};

std::string ports_text(const PortEntry& ports) {
    return ports.first == ports.last ? fmt::format("{}", ports.first)
                                     : fmt::format("{}-{}", ports.first, ports.last);
}

std::string text_of(const PortEntry& ports) {
    std::string text;
    for (const landlock::Right& right : landlock::rights)
        if (ports.access == right.access()) text = right.name;
    return fmt::format("{} {}", text, ports_text(ports));
}

}  // namespace

Body body_of(const Ruleset& rules, const SharedText& chain) {
    Body body;
    for (const PathEntry& entry : rules.paths)
        body.paths.push_back(
            {entry.path, entry.optional, entry.access, {{entry.where, chain, entry.reason}}});
    for (const PortEntry& entry : rules.ports)
        body.ports.push_back({entry.first, entry.last, entry.access, {{entry.where, chain, ""}}});
    normalise_paths(body.paths);
    normalise_ports(body.ports);
    return body;
}

Body body_of(const Policy& policy, const SharedText& chain) {
    Body body = body_of(policy.rules, chain);
    for (const PathEntry& entry : policy.quiet)
        body.quiet.push_back({entry.path, entry.optional, {{entry.where, chain, ""}}});
    for (const DirectiveEntry& entry : policy.systemd)
        body.systemd.push_back({entry.key, entry.value, {entry.where, chain, ""}});
    for (const ExceptionEntry& entry : policy.exceptions)
        body.exceptions.push_back({entry.id, entry.path, {entry.where, chain, entry.reason}});
    normalise_paths(body.quiet);
    body.sources.push_back({policy.file, chain, policy.role == Role::drop_in});
    return body;
}

void merge(Body& body, Body other) {
    merge_paths(body.paths, std::move(other.paths));
    merge_paths(body.quiet, std::move(other.quiet));
    if (!other.ports.empty()) {
        append(body.ports, std::move(other.ports));
        normalise_ports(body.ports);
    }
    merge_directives(body.systemd, other.systemd);
    merge_sources(body, other);
}

void remove(Body& body, const Ruleset& removals, const SharedText& chain, Diagnostics& problems) {
    for (const PathEntry& removal : removals.removed_paths)
        remove_path(body, removal, chain, problems);
    for (const PortEntry& removal : removals.removed_ports)
        if (subtract(body.ports, removal))
            body.removed.push_back({text_of(removal), {removal.where, chain, ""}});
        else if (!removal.optional && problems.size() < most_problems)
            problems.push_back(
                {removal.where,
                 fmt::format("no rule allows {}, so there is none to remove", text_of(removal)),
                 fmt::format("write \"-{}\" if there may be none", ports_text(removal))});
}

void prefix_origins(Body& body, const std::string& prefix) {
    Prefixer prefixed(prefix);
    const auto all = [&](std::vector<Origin>& origins) {
        for (Origin& origin : origins)
            prefixed(origin.policy);
    };
    for (PathRule& rule : body.paths)
        all(rule.origins);
    for (PortRule& rule : body.ports)
        all(rule.origins);
    for (QuietPath& path : body.quiet)
        all(path.origins);
    for (Directive& directive : body.systemd)
        prefixed(directive.origin.policy);
    for (Source& source : body.sources)
        prefixed(source.policy);
    for (Removal& removal : body.removed)
        prefixed(removal.origin.policy);
    for (Exception& exception : body.exceptions)
        prefixed(exception.origin.policy);
}

void mask(Body& body, const Access& handled) {
    for (PathRule& rule : body.paths)
        rule.access &= handled;
    std::erase_if(body.paths, [](const PathRule& rule) { return rule.access.empty(); });
    std::erase_if(body.ports,
                  [&](const PortRule& rule) { return (rule.access & handled).empty(); });
}

}  // namespace ringfence::policy
