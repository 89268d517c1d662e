// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/own_writes.h"

#include <algorithm>

#include "base/path.h"
#include "unit/directories.h"

namespace ringfence::dropin {

namespace {

// The kernel follows this many links (MAXSYMLINKS).
constexpr int links_max = 40;

std::string join(const std::string& directory, const std::string& name) {
    return (directory == "/" ? "" : directory) + "/" + name;
}

// Puts the components of `path` behind `rest`, the first one last.
void push_components(std::string_view path, std::vector<std::string>& rest) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const std::string_view part = path.substr(at, slash - at);
        if (!part.empty() && part != ".") parts.emplace_back(part);
        at = slash + 1;
    }
    rest.insert(rest.end(), parts.rbegin(), parts.rend());
}

std::map<std::string, std::string> known_variables(const unit::Unit& unit,
                                                   const std::map<char, std::string>& specifiers) {
    std::map<std::string, std::string> values;
    for (const unit::SettingWord& word : unit::setting_words(unit, {"Environment"})) {
        const std::size_t equals = word.value.find('=');
        if (equals != std::string::npos && word.value.find('%') == std::string::npos)
            values[word.value.substr(0, equals)] = word.value.substr(equals + 1);
    }
    for (const unit::BaseDirectory& row : unit::base_directories) {
        if (row.setting == nullptr || !specifiers.contains(row.specifier)) continue;
        const auto words = unit::setting_words(unit, {row.setting});
        if (words.size() != 1 || words.front().value.find('%') != std::string::npos) continue;
        values[row.variable] = specifiers.at(row.specifier) + "/" +
                               words.front().value.substr(0, words.front().value.find(':'));
    }
    return values;
}

}  // namespace

// A rule that lets a service change them gets a warning of its own (`broad-write`).
bool is_of_the_system(const std::string& path) {
    constexpr const char* trees[] = {"/usr", "/bin", "/sbin", "/lib", "/lib64", "/nix/store"};
    return std::any_of(std::begin(trees), std::end(trees),
                       [&](const char* tree) { return covers(tree, path); });
}

const std::optional<std::string>& Links::target(const std::string& path) {
    const auto known = targets_.find(path);
    if (known != targets_.end()) return known->second;
    auto target = root_.read_link(path);
    return targets_.emplace(path, target ? std::optional(std::move(*target)) : std::nullopt)
        .first->second;
}

std::vector<std::string> Links::crossed(const std::string& path) {
    std::vector<std::string> crossed;
    std::vector<std::string> rest;  // the next component is the last
    push_components(path, rest);
    std::string current = "/";
    while (!rest.empty()) {
        const std::string name = std::move(rest.back());
        rest.pop_back();
        if (name == "..") {
            current = directory_of(current);
            continue;
        }
        std::string next = join(current, name);
        const auto& link = target(next);
        if (!link || static_cast<int>(crossed.size()) >= links_max) {
            current = std::move(next);
            continue;
        }
        if (link->starts_with('/')) current = "/";
        push_components(*link, rest);
        crossed.push_back(std::move(next));
    }
    crossed.push_back(current);
    return crossed;
}

OwnWrites::OwnWrites(Links& links, const unit::Unit& unit, unit::Scope scope,
                     const policy::Rules& rules, const std::vector<policy::PathRule>& inherited)
    : links_(links),
      specifiers_(unit::specifier_values(scope, &unit.name)),
      variables_(known_variables(unit, specifiers_)) {
    for (const policy::Layer& layer : rules.layers) {
        Domain& domain = domains_.emplace_back(Domain{layer.handled(), {}});
        for (const policy::PathRule& rule : layer.paths)
            add_area(domain, rule);
        if (domains_.size() == 1)
            for (const policy::PathRule& rule : inherited)
                add_area(domain, rule);
    }
}

void OwnWrites::add_area(Domain& domain, const policy::PathRule& rule) const {
    if ((rule.access & chooses).empty()) return;
    const std::string path = known_part(rule.path);
    domain.areas.push_back({path.empty() ? path : links_.crossed(path).back(), rule.access, &rule});
}

std::string OwnWrites::known_part(const std::string& path) const {
    std::string out;
    for (std::size_t at = 0; at < path.size(); ++at) {
        const char c = path[at];
        const char next = at + 1 < path.size() ? path[at + 1] : '\0';
        if ((c != '%' && c != '$') || next == '\0') {
            out += c;
            continue;
        }
        ++at;
        if (next == c) {
            out += c;
            continue;
        }
        const std::string* value = nullptr;
        if (c == '%') {
            const auto known = specifiers_.find(next);
            if (known != specifiers_.end()) value = &known->second;
        } else if (const std::size_t end = path.find('}', at);
                   next == '{' && end != std::string::npos) {
            const auto known = variables_.find(path.substr(at + 1, end - at - 1));
            if (known != variables_.end()) value = &known->second;
            at = end;
        }
        if (value == nullptr) return out.empty() ? out : directory_of(out);
        out += *value;
    }
    return out.starts_with('/') ? simplify_path(out) : std::string();
}

// The first rule by which the service chooses what is at `path`. `allowed`: all that the layer
// allows there.
const policy::PathRule* OwnWrites::rule_at(const Domain& domain, const std::string& path,
                                           landlock::Access& allowed) {
    const policy::PathRule* first = nullptr;
    allowed = chooses - domain.handled;
    for (const Area& area : domain.areas) {
        const bool holds = area.path.empty() ? !is_of_the_system(path) : covers(area.path, path);
        if (!holds) continue;
        allowed |= area.access & chooses;
        if (first == nullptr) first = area.rule;
    }
    return first;
}

std::optional<OwnWrites::Grant> OwnWrites::grant(const std::vector<std::string>& crossed) const {
    for (const std::string& path : crossed) {
        landlock::Access left = chooses;
        const policy::PathRule* rule = nullptr;
        for (const Domain& domain : domains_) {
            landlock::Access allowed;
            const policy::PathRule* here = rule_at(domain, path, allowed);
            if (rule == nullptr) rule = here;
            left = left & allowed;
            if (left.empty()) break;
        }
        if (!left.empty()) return Grant{path, rule};
    }
    return std::nullopt;
}

}  // namespace ringfence::dropin
