// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/current_policy.h"

#include <fmt/format.h>

#include "base/escape.h"
#include "policy/model/right_names.h"

namespace ringfence::journal {

using landlock::Access;

const policy::Judge& CurrentPolicy::judge_for(const Unit& unit) {
    const auto known = units_.find(unit);
    return fences_
        .try_emplace(unit, *rules_,
                     known == units_.end() ? policy::Specifiers{} : known->second.specifiers)
        .first->second.judge;
}

// The rules of a drop-in are added to the policy's first layer. A [[layer]] in a drop-in is a
// further layer. So a drop-in cannot add a rule to a later layer of the policy.
std::string CurrentPolicy::obstacle_in(std::size_t layer) const {
    return fmt::format(
        "layer {} of the policy ({}) does not allow it; add the rule to that layer: "
        "a drop-in cannot",
        layer + 1, to_string(rules_->layers[layer].origin.where));
}

Standing CurrentPolicy::on_path(const Unit& unit, const std::string& path, const Access& access) {
    if (rules_ == nullptr) return {};
    const policy::Judge& judge = judge_for(unit);
    const std::vector<policy::Need> need = {{access, escape_expansions(path)}};
    if (judge.check(need).allowed()) return {true, ""};
    // If a policy is too old for fs.refer, the kernel denies fs.refer all the same.
    const policy::Layer& base = rules_->layers.front();
    if (const Access unknown = judge.check(0, need).missing - base.handled(); !unknown.empty())
        return {false, fmt::format("a policy with abi = {} cannot allow {}, and the kernel denies "
                                   "it all the same; set the policy's abi to {} or higher",
                                   base.abi, policy::joined_right_names(unknown),
                                   landlock::abi_needed(unknown))};
    for (std::size_t layer = 1; layer < rules_->layers.size(); ++layer)
        if (!judge.check(layer, need).allowed()) return {false, obstacle_in(layer)};
    return {};
}

Standing CurrentPolicy::on_port(const Access& right, std::uint16_t port) const {
    if (rules_ == nullptr) return {};
    const policy::Judge judge(*rules_);
    if (judge.port(right, port).allowed()) return {true, ""};
    for (std::size_t layer = 1; layer < rules_->layers.size(); ++layer)
        if (!judge.ports(layer, right)[port]) return {false, obstacle_in(layer)};
    return {};
}

}  // namespace ringfence::journal
