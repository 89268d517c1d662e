// SPDX-License-Identifier: LGPL-2.1-or-later
// A unit from text, without files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/path.h"
#include "landlock/groups.h"
#include "policy/model/rules.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// `dropins`: the path of each, and its text.
inline unit::Unit build_unit(const std::string& name, const std::string& fragment,
                             const std::vector<std::pair<std::string, std::string>>& dropins = {}) {
    unit::Sources sources;
    sources.state = unit::Sources::State::present;
    sources.name = *unit::parse_service_name(name);
    sources.names = {name};
    sources.fragment = "/usr/lib/systemd/system/" + name;
    sources.fragment_text = fragment;
    for (const auto& [path, text] : dropins) {
        const std::string directory = path.substr(0, path.rfind(".d/"));
        sources.dropins.push_back({path, base_name(directory)});
        sources.dropin_texts.push_back(text);
    }
    return unit::parse(sources);
}

inline policy::Rules build_rules() {
    policy::Rules rules;
    rules.name = "p";
    rules.digest = "0123456789abcdef";
    rules.inherit = false;
    policy::Layer layer;
    layer.abi = 7;
    policy::PathRule rule;
    rule.path = "/etc";
    rule.access = landlock::read_access;
    layer.paths.push_back(rule);
    rules.layers.push_back(layer);
    return rules;
}

}  // namespace ringfence::dropin
