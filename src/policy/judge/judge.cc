// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/judge/judge.h"

#include <algorithm>

#include "base/path.h"
#include "landlock/handling.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

constexpr Access all_rights = landlock::known_at(landlock::newest_abi);
constexpr Access all_on_files{all_rights.fs, 0, 0};

template <class Objects>
Access granted_on(const Objects& objects, const std::vector<std::string>& chain) {
    Access granted;
    for (const std::string& name : chain)
        if (const auto object = objects.find(name); object != objects.end())
            granted |= object->second.granted;
    return granted;
}

void add_new(std::vector<Origin>& all, const std::vector<Origin>& more) {
    for (const Origin& origin : more)
        if (std::none_of(all.begin(), all.end(),
                         [&](const Origin& known) { return known.where == origin.where; }))
            all.push_back(origin);
}

bool share_ports(const PortRule& rule, const Access& right, std::uint16_t first,
                 std::uint16_t last) {
    return rule.access == right && rule.first <= last && rule.last >= first;
}

}  // namespace

Judge::Judge(const Rules& rules, int abi, const Hierarchy& tree)
    : rules_(rules), abi_(abi), tree_(tree) {
    const Access known = landlock::known_at(abi);
    const bool restricts_files =
        std::any_of(rules.layers.begin(), rules.layers.end(),
                    [&](const Layer& layer) { return (layer.handled() & known).fs != 0; });
    domains_.reserve(rules.layers.size());
    for (const Layer& layer : rules.layers)
        domains_.push_back(make_domain(layer, restricts_files));
}

Judge::Domain Judge::make_domain(const Layer& layer, bool restricts_files) const {
    const Access known = landlock::known_at(abi_);
    const Access asked = layer.handled() & known;
    Domain domain;
    domain.handled = landlock::denied(asked, layer.unrestricted & known, restricts_files);
    for (const PathRule& rule : layer.paths) {
        if (!tree_.exists(rule.path)) continue;
        Object& object = domain.objects[tree_.chain(rule.path).front()];
        const Access access = rule.access & asked;
        object.granted |= tree_.is_directory(rule.path) ? access : access & landlock::file_rights();
        object.rules.push_back(&rule);
    }
    return domain;
}

// Rights ------------------------------------------------------------------------------------------

Access Judge::handled() const {
    Access all;
    for (const Domain& domain : domains_)
        all |= domain.handled;
    return all;
}

Access Judge::waiting() const {
    return landlock::newer_than(rules_.layers.front().abi) - handled();
}

Access Judge::allowed(const std::string& path) const {
    const Chain chain = tree_.chain(path);
    Access all = all_on_files;
    for (const Domain& domain : domains_)
        all &= (all_on_files - domain.handled) | granted_on(domain.objects, chain);
    return all;
}

Access Judge::reachable(std::size_t layer, const std::string& path) const {
    const Domain& domain = domains_[layer];
    const Chain chain = tree_.chain(path);
    Access all = (all_on_files - domain.handled) | granted_on(domain.objects, chain);
    for (const auto& [name, object] : domain.objects) {
        const Chain above = tree_.chain(name);
        if (std::find(above.begin(), above.end(), chain.front()) != above.end())
            all |= object.granted;
    }
    return all;
}

std::vector<Origin> Judge::origins(const std::string& path, const Access& access) const {
    std::vector<Origin> all;
    const Chain chain = tree_.chain(path);
    for (const Domain& domain : domains_)
        for (const std::string& name : chain) {
            const auto object = domain.objects.find(name);
            if (object == domain.objects.end()) continue;
            for (const PathRule* rule : object->second.rules)
                add_new(all, origins_of(*rule, rule->access & access));
        }
    return all;
}

// Ports -------------------------------------------------------------------------------------------

Ports Judge::ports(std::size_t layer, const Access& right) const {
    if (!domains_[layer].handled.contains(right)) return Ports().set();
    Ports ports;
    for (const PortRule& rule : rules_.layers[layer].ports)
        if (rule.access == right)
            for (std::size_t port = rule.first; port <= rule.last; ++port)
                ports.set(port);
    return ports;
}

Ports Judge::ports(const Access& right) const {
    Ports all = Ports().set();
    for (std::size_t layer = 0; layer < domains_.size(); ++layer)
        all &= ports(layer, right);
    return all;
}

std::vector<Origin> Judge::port_origins(const Access& right, std::uint16_t first,
                                        std::uint16_t last) const {
    std::vector<Origin> all;
    for (const Layer& layer : rules_.layers)
        for (const PortRule& rule : layer.ports)
            if (share_ports(rule, right, first, last)) add_new(all, rule.origins);
    return all;
}

// Decisions ---------------------------------------------------------------------------------------

Decision Judge::check(std::size_t layer, const std::vector<Need>& needs) const {
    const Domain& domain = domains_[layer];
    for (const Need& need : needs) {
        const Access missing =
            (need.access & domain.handled) - granted_on(domain.objects, tree_.chain(need.path));
        if (!missing.empty()) return {missing, layer, need.path};
    }
    return {};
}

Decision Judge::check(const std::vector<Need>& needs) const {
    for (std::size_t layer = 0; layer < domains_.size(); ++layer)
        if (Decision denied = check(layer, needs); !denied.allowed()) return denied;
    return {};
}

Decision Judge::port(const Access& right, std::uint16_t port) const {
    for (std::size_t layer = 0; layer < domains_.size(); ++layer) {
        if (!domains_[layer].handled.contains(right)) continue;
        const std::vector<PortRule>& rules = rules_.layers[layer].ports;
        if (std::none_of(rules.begin(), rules.end(), [&](const PortRule& rule) {
                return share_ports(rule, right, port, port);
            }))
            return {right, layer, ""};
    }
    return {};
}

Decision Judge::scope(const Access& right) const {
    for (std::size_t layer = 0; layer < domains_.size(); ++layer)
        if (const Access missing = domains_[layer].handled & right; !missing.empty())
            return {missing, layer, ""};
    return {};
}

Decision Judge::move(const std::vector<Need>& needs, const std::string& from,
                     const std::string& to_directory) const {
    std::vector<Need> all = needs;
    const std::string directory = directory_of(from);
    all.push_back({landlock::refer, directory});
    all.push_back({landlock::refer, to_directory});
    if (Decision denied = check(all); !denied.allowed()) return denied;
    Chain before = tree_.chain(from);
    Chain after = tree_.chain(to_directory);
    after.insert(after.begin(), before.front());
    if (!tree_.in_root_mount(from)) {
        before.pop_back();
        after.pop_back();
    }
    const Access held = tree_.is_directory(from) ? all_rights : landlock::file_rights();
    for (std::size_t layer = 0; layer < domains_.size(); ++layer) {
        const Domain& domain = domains_[layer];
        const Access counted = held & domain.handled;
        const Access gained = (granted_on(domain.objects, after) & counted) -
                              (granted_on(domain.objects, before) & counted);
        if (gained.empty()) continue;
        if (all_granted(directory) && all_granted(to_directory)) return {};
        return {gained, layer, from};
    }
    return {};
}

bool Judge::all_granted(const std::string& path) const {
    const Chain chain = tree_.chain(path);
    return std::all_of(domains_.begin(), domains_.end(), [&](const Domain& domain) {
        return granted_on(domain.objects, chain).contains(Access{domain.handled.fs, 0, 0});
    });
}

bool Judge::may_mount() const {
    return std::all_of(domains_.begin(), domains_.end(),
                       [](const Domain& domain) { return domain.handled.fs == 0; });
}

// The kernel --------------------------------------------------------------------------------------

// It is enough to ask for "/" and the paths of rules, because nothing changes between them.
bool Judge::ever_allows(const Access& right) const {
    if (allowed("/").contains(right)) return true;
    return std::any_of(rules_.layers.begin(), rules_.layers.end(), [&](const Layer& layer) {
        return std::any_of(layer.paths.begin(), layer.paths.end(), [&](const PathRule& rule) {
            return allowed(rule.path).contains(right);
        });
    });
}

Enforcement Judge::enforcement(int expected_abi) const {
    using Outcome = Enforcement::Outcome;
    const Access known = landlock::known_at(abi_);
    Access asked;
    for (const Layer& layer : rules_.layers)
        asked |= layer.handled();
    Enforcement result;
    result.abi = abi_;
    // A kernel that does not know fs.refer always denies it.
    result.unenforced = asked - known - landlock::refer;
    result.denies_refer = !known.contains(landlock::refer) && handled().contains(landlock::refer) &&
                          Judge(rules_, landlock::newest_abi, tree_).ever_allows(landlock::refer);
    if (abi_ < rules_.minimum_abi)
        result.outcome = Outcome::below_minimum;
    else if ((asked & known).empty())
        result.outcome = Outcome::nothing_enforced;
    else if (rules_.minimum_abi == minimum_abi_all && !result.unenforced.empty())
        result.outcome = Outcome::not_all;
    else if (!landlock::shortfall(result.unenforced, abi_, expected_abi).empty())
        result.outcome = Outcome::degraded;
    return result;
}

}  // namespace ringfence::policy
