// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show/words.h"

#include <fmt/format.h>

#include "landlock/rights.h"
#include "policy/model/access_groups.h"

namespace ringfence::cli {

std::vector<std::string> group_keys(const landlock::Access& access,
                                    const landlock::Access& handled) {
    std::vector<std::string> keys;
    for (const landlock::PathGroup* group : policy::groups_of(access, handled))
        keys.emplace_back(group->key);
    return keys;
}

std::vector<std::string> chain_of(const std::string& text) {
    constexpr std::string_view arrow = " > ";
    std::vector<std::string> chain;
    if (text.empty()) return chain;
    for (std::size_t at = 0;;) {
        const std::size_t end = text.find(arrow, at);
        chain.push_back(text.substr(at, end == std::string::npos ? end : end - at));
        if (end == std::string::npos) return chain;
        at = end + arrow.size();
    }
}

const char* word_of(const policy::Enforcement& enforcement) {
    if (!enforcement.starts()) return "refused";
    return enforcement.outcome == policy::Enforcement::Outcome::degraded ? "degraded" : "enforced";
}

std::string refusal_of(const policy::Enforcement& enforcement, const policy::Rules& rules) {
    using Outcome = policy::Enforcement::Outcome;
    switch (enforcement.outcome) {
        case Outcome::enforced:
        case Outcome::degraded:
            return "";
        case Outcome::below_minimum:
            return fmt::format("minimum_abi is {}", rules.minimum_abi);
        case Outcome::not_all:
            return "minimum_abi is \"all\"";
        case Outcome::nothing_enforced:
            return "it can enforce none of the rights that the policy restricts";
    }
    return "";
}

}  // namespace ringfence::cli
