// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/merge.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "policy/language/problems.h"
#include "policy/model/path_text.h"
#include "policy/model/ports.h"
#include "policy/model/right_names.h"
#include "policy/resolve/normal_form.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

void remove_path(MergedRules& merged, const ListedPath& removal, const SharedText& chain,
                 Diagnostics& problems) {
    const auto is_meant = [&](const PathRule& rule) { return rule.path == removal.path; };
    // One drop-in serves machines of all architectures.
    const bool found =
        std::erase_if(merged.paths, is_meant) + std::erase_if(merged.elsewhere, is_meant) > 0;
    const bool told = problems.size() < most_problems;
    if (!found && !removal.optional && told) {
        std::vector<std::string> paths;
        for (const PathRule& rule : merged.paths)
            paths.push_back(rule.path);
        const std::string near = nearest(removal.path, paths);
        problems.push_back(
            {removal.where, fmt::format("there is no rule on {} to remove", quote(removal.path)),
             near.empty() ? fmt::format("write \"-{}\" if there may be none", removal.path)
                          : fmt::format("did you mean {}?", quote(near))});
    }
    if (found) merged.removed.push_back({removal.path, {removal.where, chain, ""}});
}

// The names in `known` point to shared texts, which stay where they are when a vector grows.
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

void merge_sources(std::vector<SourceFile>& sources, const std::vector<SourceFile>& more) {
    std::set<std::string_view> known;
    for (const SourceFile& source : sources)
        known.insert(source.path);
    for (const SourceFile& source : more)
        if (known.insert(source.path).second) sources.push_back(source);
}

/// Adds the rows of `more` whose place none of `rows` has. There are few of them.
template <class Row>
void merge_by_place(std::vector<Row>& rows, const std::vector<Row>& more) {
    for (const Row& row : more)
        if (std::none_of(rows.begin(), rows.end(),
                         [&](const Row& known) { return known.origin.where == row.origin.where; }))
            rows.push_back(row);
}

/// Puts a prefix before chains. Many rules share few chains: those that shared one still do.
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
    return to_string(PortRange{ports.first, ports.last});
}

std::string text_of(const PortEntry& ports) {
    return fmt::format("{} {}", joined_right_names(ports.access), ports_text(ports));
}

}  // namespace

void take_elsewhere_out(Policy& policy, const Architecture* architecture) {
    if (architecture == nullptr) return;
    const auto take = [&](Ruleset& rules) {
        const auto first = std::stable_partition(
            rules.paths.begin(), rules.paths.end(), [&](const PathEntry& entry) {
                return entry.architectures == 0 ||
                       (entry.architectures & set_of(*architecture)) != 0;
            });
        rules.elsewhere.assign(std::make_move_iterator(first),
                               std::make_move_iterator(rules.paths.end()));
        rules.paths.erase(first, rules.paths.end());
    };
    take(policy.rules);
    for (Ruleset& layer : policy.layers)
        take(layer);
}

MergedRules rules_of(const Ruleset& rules, const SharedText& chain) {
    MergedRules merged;
    const auto add = [&](std::vector<PathRule>& rows, const std::vector<PathEntry>& entries) {
        for (const PathEntry& entry : entries)
            rows.push_back({entry.path,
                            entry.optional,
                            entry.access,
                            {{entry.where, chain, entry.reason, entry.access}}});
        normalise(rows);
    };
    add(merged.paths, rules.paths);
    add(merged.elsewhere, rules.elsewhere);
    for (const PortEntry& entry : rules.ports)
        merged.ports.push_back(
            {entry.first, entry.last, entry.access, {{entry.where, chain, "", entry.access}}});
    normalise(merged.ports);
    return merged;
}

MergedRules rules_of(const Policy& policy, const SharedText& chain) {
    MergedRules merged = rules_of(policy.rules, chain);
    for (const ListedPath& entry : policy.quiet)
        merged.quiet.push_back({entry.path, entry.optional, {{entry.where, chain, ""}}});
    for (const DirectiveEntry& entry : policy.systemd)
        merged.systemd.push_back({entry.key, entry.value, {entry.where, chain, ""}});
    for (const ExceptionEntry& entry : policy.exceptions)
        merged.exceptions.push_back({entry.id, entry.path, {entry.where, chain, entry.reason}});
    for (const KeptCapabilityEntry& entry : policy.kept_capabilities)
        merged.kept_capabilities.push_back({entry.name, {entry.where, chain, entry.reason}});
    normalise(merged.quiet);
    merged.sources.push_back({policy.file, chain, policy.role == Role::drop_in});
    return merged;
}

void merge(MergedRules& merged, MergedRules other) {
    unite(merged.paths, std::move(other.paths));
    unite(merged.elsewhere, std::move(other.elsewhere));
    unite(merged.quiet, std::move(other.quiet));
    unite(merged.ports, std::move(other.ports));
    merge_directives(merged.systemd, other.systemd);
    merge_sources(merged.sources, other.sources);
    merge_by_place(merged.removed, other.removed);
    merge_by_place(merged.exceptions, other.exceptions);
    merge_by_place(merged.kept_capabilities, other.kept_capabilities);
}

void remove(MergedRules& merged, const Ruleset& removals, const SharedText& chain,
            Diagnostics& problems) {
    for (const ListedPath& removal : removals.removed_paths)
        remove_path(merged, removal, chain, problems);
    for (const PortEntry& removal : removals.removed_ports)
        if (subtract(merged.ports, removal))
            merged.removed.push_back({text_of(removal), {removal.where, chain, ""}});
        else if (!removal.optional && problems.size() < most_problems)
            problems.push_back(
                {removal.where,
                 fmt::format("no rule allows {}, so there is none to remove", text_of(removal)),
                 fmt::format("write \"-{}\" if there may be none", ports_text(removal))});
}

void prefix_origins(MergedRules& merged, const std::string& prefix) {
    Prefixer prefixed(prefix);
    const auto all = [&](std::vector<Origin>& origins) {
        for (Origin& origin : origins)
            prefixed(origin.policy);
    };
    for (PathRule& rule : merged.paths)
        all(rule.origins);
    for (PathRule& rule : merged.elsewhere)
        all(rule.origins);
    for (PortRule& rule : merged.ports)
        all(rule.origins);
    for (QuietPath& path : merged.quiet)
        all(path.origins);
    for (Directive& directive : merged.systemd)
        prefixed(directive.origin.policy);
    for (SourceFile& source : merged.sources)
        prefixed(source.policy);
    for (Removal& removal : merged.removed)
        prefixed(removal.origin.policy);
    for (Exception& exception : merged.exceptions)
        prefixed(exception.origin.policy);
    for (KeptCapability& kept : merged.kept_capabilities)
        prefixed(kept.origin.policy);
}

void mask(MergedRules& merged, const Access& handled) {
    for (std::vector<PathRule>* rows : {&merged.paths, &merged.elsewhere}) {
        for (PathRule& rule : *rows)
            rule.access &= handled;
        std::erase_if(*rows, [](const PathRule& rule) { return rule.access.empty(); });
    }
    std::erase_if(merged.ports,
                  [&](const PortRule& rule) { return (rule.access & handled).empty(); });
}

void add_rules(Layer& layer, std::vector<PathRule> paths, std::vector<PortRule> ports) {
    MergedRules merged;
    merged.paths = std::move(layer.paths);
    merged.ports = std::move(layer.ports);
    unite(merged.paths, std::move(paths));
    unite(merged.ports, std::move(ports));
    mask(merged, layer.handled());
    layer.paths = std::move(merged.paths);
    layer.ports = std::move(merged.ports);
}

void take_elsewhere_in(Rules& rules) {
    for (Layer& layer : rules.layers)
        add_rules(layer, std::exchange(layer.elsewhere, {}));
}

}  // namespace ringfence::policy
