// SPDX-License-Identifier: LGPL-2.1-or-later
// Composes configurations of landlockconfig, replaces their variables, and makes policies of them.
#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/escape.h"
#include "landlock/rights.h"
#include "policy/interop/landlockconfig.h"
#include "policy/model/path_text.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

// A few literals in each of several variables make millions of paths. These limits are far above
// what a real configuration has.
constexpr std::size_t most_paths = 65536;
constexpr std::size_t most_bytes = std::size_t{16} << 20;  ///< of all paths together

template <class Map>
void unite(Map& into, const Map& other, const Access& handled) {
    for (const auto& [key, grant] : other)
        into.try_emplace(key, ConfigGrant{{}, grant.where}).first->second.access |= grant.access;
    for (auto row = into.begin(); row != into.end();) {
        row->second.access &= handled;
        row = row->second.access.empty() ? into.erase(row) : std::next(row);
    }
}

/// The text by which the original compares paths (std::path::Path of Rust): "a//b/./c/" and "a/b/c"
/// are the same path.
std::string normalized(std::string_view path) {
    std::string out = path.starts_with('/') ? "/" : "";
    bool first = true;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, end);
        path.remove_prefix(std::min(end + 1, path.size()));
        // A "." at the beginning of a relative path stays.
        if (part.empty() || (part == "." && !(first && out.empty()))) {
            first = false;
            continue;
        }
        if (!out.empty() && out.back() != '/') out += '/';
        out += part;
        first = false;
    }
    return out;
}

/// The literals of each variable, in their order.
using Literals = std::map<std::string, std::vector<std::string_view>>;

/// All paths that a template stands for, the last variable changing first. There is no recursion,
/// since a path may have as many variables as fit into a file.
class Combinations {
  public:
    Combinations(const PathTemplate& parts, const Literals& literals) {
        for (const TemplatePart& part : parts) {
            places_.push_back({part.text, part.variable ? &literals.at(part.text) : nullptr, 0});
            done_ = done_ || (part.variable && places_.back().literals->empty());
        }
    }

    /// The next path; nothing after the last one. A path is cut where it is longer than most_bytes.
    std::optional<std::string> next() {
        if (done_) return {};
        std::string path;
        for (const Place& place : places_) {
            path += place.literals == nullptr ? place.text : (*place.literals)[place.chosen];
            if (path.size() > most_bytes) break;
        }
        advance();
        return path;
    }

  private:
    struct Place {
        std::string_view text;
        const std::vector<std::string_view>* literals;  // null: the place has a text, no variable
        std::size_t chosen;
    };

    void advance() {
        for (auto place = places_.rbegin(); place != places_.rend(); ++place) {
            if (place->literals == nullptr) continue;
            if (++place->chosen < place->literals->size()) return;
            place->chosen = 0;
        }
        done_ = true;
    }

    std::vector<Place> places_;
    bool done_ = false;
};

class PathResolver {
  public:
    explicit PathResolver(const LandlockConfig& config) : config_(config) {
        for (const auto& [name, literals] : config.variables)
            literals_[name].assign(literals.begin(), literals.end());
    }

    std::vector<ConfigPath> resolve() {
        for (const auto& [parts, grant] : config_.paths)
            check_variables(parts, grant);
        for (const auto& [parts, grant] : config_.paths)
            if (!parts.empty() && problems.empty()) expand(parts, grant);
        return std::move(paths_);
    }

    Diagnostics problems;

  private:
    void expand(const PathTemplate& parts, const ConfigGrant& grant) {
        Combinations combinations(parts, literals_);
        while (const auto path = combinations.next()) {
            add(*path, grant);
            if (!problems.empty()) return;
        }
    }

    void check_variables(const PathTemplate& parts, const ConfigGrant& grant) {
        for (const TemplatePart& part : parts)
            if (part.variable && !config_.variables.contains(part.text))
                problems.push_back({grant.where,
                                    fmt::format("no variable is named {}", quote(part.text)),
                                    "declare it in `variable`, or write $${ for the text"});
    }

    void add(const std::string& path, const ConfigGrant& grant) {
        const auto [known, is_new] = rows_.try_emplace(normalized(path), paths_.size());
        if (is_new) paths_.push_back({path, {}, grant.where});
        paths_[known->second].access |= grant.access;
        bytes_ += path.size();
        if (paths_.size() > most_paths || bytes_ > most_bytes)
            problems.push_back(
                {grant.where,
                 fmt::format("the variables up to this path make more than {} paths, or more than "
                             "{} MiB of them",
                             most_paths, most_bytes >> 20),
                 "write fewer literals, or name a directory above them"});
    }

    const LandlockConfig& config_;
    Literals literals_;
    std::map<std::string, std::size_t> rows_;
    std::size_t bytes_ = 0;
    std::vector<ConfigPath> paths_;
};

std::optional<Diagnostic> problem_with_path(const ConfigPath& path) {
    if (!path.path.starts_with('/'))
        return Diagnostic{path.where, fmt::format("{} is not an absolute path", quote(path.path)),
                          "llconfig starts it from where it is called; a service has no such "
                          "place: write what it stands for"};
    const auto parsed = parse_path(escape_expansions(path.path));
    if (parsed) return {};
    return Diagnostic{path.where, fmt::format("{} {}", quote(path.path), parsed.error().message),
                      parsed.error().hint};
}

constexpr Access refer = landlock::access_of("fs.refer");

/// Leaves everything of the ABI unrestricted that the configuration does not handle. fs.refer is
/// never among it: the kernel denies it wherever any fs right is handled.
void add_handling(const LandlockConfig& config, int abi, Policy& policy) {
    const Location where{config.file, 1, 1};
    const Access known = landlock::known_at(abi);
    const Access open = known - config.handled - refer;
    for (const landlock::Right& right : landlock::rights) {
        if ((right.access() & open).empty()) continue;
        if (right.family == landlock::Family::scope)
            policy.rules.scopes.push_back({right.access(), false, where});
        else
            policy.rules.unrestricted.push_back({right.access(), right.name, where});
    }
    for (const landlock::Right& right : landlock::rights)
        if (right.family == landlock::Family::scope && config.handled.contains(right.access()))
            policy.rules.scopes.push_back({right.access(), true, where});
    // A policy always handles fs.refer. If the configuration handles no fs right, a rule on "/"
    // allows it everywhere.
    if (config.handled.fs == 0 && known.contains(refer)) {
        PathEntry everywhere;
        everywhere.path = "/";
        everywhere.access = refer;
        everywhere.exact = true;
        everywhere.reason = "no right on files is restricted";
        everywhere.where = where;
        policy.rules.paths.push_back(std::move(everywhere));
    }
}

}  // namespace

LandlockConfig compose(LandlockConfig a, const LandlockConfig& b) {
    const Access common = a.handled & b.handled;
    unite(a.paths, b.paths, common);
    unite(a.ports, b.ports, common);
    for (const auto& [name, literals] : b.variables)
        a.variables[name].insert(literals.begin(), literals.end());
    a.handled = common;
    if (a.abi && b.abi)
        a.abi = std::min(*a.abi, *b.abi);
    else if (b.abi)
        a.abi = b.abi;
    return a;
}

Result<std::vector<ConfigPath>> resolve_paths(const LandlockConfig& config) {
    PathResolver resolver(config);
    std::vector<ConfigPath> paths = resolver.resolve();
    if (!resolver.problems.empty()) return tl::unexpected(std::move(resolver.problems));
    return paths;
}

Result<ConfigPolicy> to_policy(const LandlockConfig& config, Unsayable unsayable) {
    const auto paths = resolve_paths(config);
    if (!paths) return tl::unexpected(paths.error());
    if (config.handled.empty())
        return fail({{config.file, 1, 1},
                     "this configuration restricts nothing",
                     "it handles no right and no scope"});
    ConfigPolicy made;
    Policy& policy = made.policy;
    const Location top{config.file, 1, 1};
    policy.file = config.file;
    policy.rules.where = top;
    policy.rules.filesystem = policy.rules.network = policy.rules.scope = true;
    const int abi = std::max(landlock::abi_needed(config.handled), 1);
    policy.abi = Located<int>{abi, top};
    policy.inherit = {false, top};
    add_handling(config, abi, policy);
    for (const ConfigPath& path : *paths) {
        if (const auto problem = problem_with_path(path)) {
            made.left_out.push_back(*problem);
            continue;
        }
        PathEntry entry;
        entry.path = escape_expansions(path.path);
        entry.optional = true;
        entry.access = path.access;
        entry.exact = true;
        entry.where = path.where;
        policy.rules.paths.push_back(std::move(entry));
    }
    for (const auto& [port, grant] : config.ports)
        for (const landlock::Right& right : landlock::rights)
            if (!(right.access() & grant.access).empty())
                policy.rules.ports.push_back({port, port, right.access(), false, grant.where});
    if (unsayable == Unsayable::refuse && !made.left_out.empty())
        return tl::unexpected(std::move(made.left_out));
    return made;
}

}  // namespace ringfence::policy
