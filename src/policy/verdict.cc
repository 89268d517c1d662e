// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/verdict.h"

#include <algorithm>

namespace ringfence::policy {

namespace {

using landlock::Access;

constexpr Access refer_access = landlock::access_of("fs.refer");
constexpr int refer_abi = landlock::abi_needed(refer_access);

/// What a layer asks the kernel for.
Access asked(const Layer& layer) {
    const Access all = landlock::known_at(layer.abi) - layer.unrestricted;
    return Access{all.fs, all.net, 0} | layer.scopes;
}

}  // namespace

std::vector<std::string> WrittenPaths::chain(const std::string& path) const {
    std::vector<std::string> objects;
    std::string at = path;
    while (at.size() > 1 && at.ends_with('/'))
        at.pop_back();
    while (at.size() > 1) {
        objects.push_back(at);
        const std::size_t slash = at.rfind('/');
        if (slash == std::string::npos) break;
        at.erase(slash);
    }
    objects.emplace_back("/");
    return objects;
}

Evaluator::Evaluator(const Rules& rules, int abi, const Hierarchy& hierarchy)
    : hierarchy_(hierarchy) {
    const Access known = landlock::known_at(abi);
    const bool restricts_files =
        std::any_of(rules.layers.begin(), rules.layers.end(),
                    [&](const Layer& layer) { return (asked(layer) & known).fs != 0; });
    for (const Layer& layer : rules.layers) {
        Domain domain;
        domain.handled = asked(layer) & known;
        // Once one layer restricts files, the kernel denies fs.refer in each that does not grant
        // it; where a layer leaves it unrestricted, the wrapper grants it everywhere.
        const bool refers = !domain.handled.empty() && restricts_files && abi >= refer_abi;
        if (refers && layer.unrestricted.contains(refer_access))
            domain.objects[hierarchy.chain("/").front()] |= refer_access;
        if (refers) domain.handled |= refer_access;
        for (const PathRule& rule : layer.paths) {
            if (!hierarchy.exists(rule.path)) continue;
            Access access = rule.access & asked(layer) & known;
            if (!hierarchy.is_directory(rule.path)) access &= landlock::file_rights();
            domain.objects[hierarchy.chain(rule.path).front()] |= access;
        }
        for (const PortRule& rule : layer.ports)
            for (unsigned port = rule.first; port <= rule.last; ++port)
                domain.ports.emplace(rule.access.net, static_cast<std::uint16_t>(port));
        domains_.push_back(std::move(domain));
    }
}

Access Evaluator::on_chain(const Domain& domain, const std::vector<std::string>& chain) const {
    Access granted;
    for (const std::string& object : chain)
        if (const auto rule = domain.objects.find(object); rule != domain.objects.end())
            granted |= rule->second;
    return granted;
}

Access Evaluator::granted(std::size_t layer, const std::string& path) const {
    return on_chain(domains_[layer], hierarchy_.chain(path));
}

Verdict Evaluator::check(const std::vector<Need>& needs) const {
    for (const Need& need : needs) {
        const std::vector<std::string> chain = hierarchy_.chain(need.path);
        for (std::size_t i = 0; i < domains_.size(); ++i) {
            const Access missing =
                (need.access & domains_[i].handled) - on_chain(domains_[i], chain);
            if (!missing.empty()) return {missing, i, need.path};
        }
    }
    return {};
}

Verdict Evaluator::port(const Access& right, std::uint16_t port) const {
    for (std::size_t i = 0; i < domains_.size(); ++i)
        if (domains_[i].handled.contains(right) && !domains_[i].ports.contains({right.net, port}))
            return {right, i, ""};
    return {};
}

Verdict Evaluator::scope(const Access& right) const {
    for (std::size_t i = 0; i < domains_.size(); ++i)
        if (const Access missing = domains_[i].handled & right; !missing.empty())
            return {missing, i, ""};
    return {};
}

Verdict Evaluator::move(const std::vector<Need>& needs, const std::string& from,
                        const std::string& to_directory) const {
    std::vector<Need> all = needs;
    const std::string directory = from.substr(0, std::max<std::size_t>(from.rfind('/'), 1));
    all.push_back({refer_access, directory});
    all.push_back({refer_access, to_directory});
    if (Verdict denied = check(all); !denied.allowed()) return denied;
    std::vector<std::string> before = hierarchy_.chain(from);
    std::vector<std::string> after = hierarchy_.chain(to_directory);
    after.insert(after.begin(), before.front());
    if (!hierarchy_.in_root_mount(from)) {
        before.pop_back();
        after.pop_back();
    }
    const Access held = hierarchy_.is_directory(from) ? landlock::known_at(landlock::newest_abi)
                                                      : landlock::file_rights();
    for (std::size_t i = 0; i < domains_.size(); ++i) {
        const Domain& domain = domains_[i];
        const Access counted = held & domain.handled;
        const Access gained =
            (on_chain(domain, after) & counted) - (on_chain(domain, before) & counted);
        if (gained.empty()) continue;
        if (all_granted(directory) && all_granted(to_directory)) return {};
        return {gained, i, from};
    }
    return {};
}

bool Evaluator::all_granted(const std::string& path) const {
    const std::vector<std::string> chain = hierarchy_.chain(path);
    return std::all_of(domains_.begin(), domains_.end(), [&](const Domain& domain) {
        return on_chain(domain, chain).contains(Access{domain.handled.fs, 0, 0});
    });
}

bool Evaluator::may_mount() const {
    return std::all_of(domains_.begin(), domains_.end(),
                       [](const Domain& domain) { return domain.handled.fs == 0; });
}

}  // namespace ringfence::policy
