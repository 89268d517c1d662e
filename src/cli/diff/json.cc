// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/json.h"

#include "cli/diff/text.h"
#include "policy/model/right_names.h"

namespace ringfence::cli {

namespace {

using policy::Direction;

constexpr int diff_schema_version = 1;

const char* direction_name(Direction direction) {
    switch (direction) {
        case Direction::widens:
            return "widens";
        case Direction::narrows:
            return "narrows";
        case Direction::neither:
            return "neither";
    }
    return "";
}

Json place_of(const Location& where) {
    Json json;
    json["file"] = where.file;
    json["line"] = where.line;
    json["column"] = where.column;
    return json;
}

Json places_of(const std::vector<policy::Origin>& origins) {
    Json list = Json::array();
    for (const policy::Origin& origin : origins) {
        Json json = place_of(origin.where);
        json["policy"] = origin.policy;
        if (!origin.reason.empty()) json["reason"] = origin.reason;
        list.push_back(std::move(json));
    }
    return list;
}

Json json_of(const policy::PathChange& change) {
    return {{"change", direction_name(change.direction)},
            {"path", change.path},
            {"rights", policy::right_names(change.access)},
            {"except", change.except},
            {"where", places_of(change.origins)}};
}

Json json_of(const policy::PortChange& change) {
    return {{"change", direction_name(change.direction)},
            {"right", policy::right_names(change.access).front()},
            {"first", change.first},
            {"last", change.last},
            {"where", places_of(change.origins)}};
}

Json json_of(const policy::ScopeChange& change) {
    return {{"change", direction_name(change.direction)},
            {"scope", policy::right_names(change.scope).front()}};
}

Json json_of(const policy::SettingChange& change) {
    Json json = {{"change", direction_name(change.direction)}, {"name", change.name}};
    if (!change.before.empty()) json["before"] = change.before;
    if (!change.after.empty()) json["after"] = change.after;
    if (!change.where.file.empty()) json["where"] = place_of(change.where);
    return json;
}

template <class Change>
Json list_of(const std::vector<Change>& changes) {
    Json list = Json::array();
    for (const Change& change : changes)
        list.push_back(json_of(change));
    return list;
}

Json json_of(const PolicyDifference& policy) {
    static constexpr const char* presences[] = {"both", "new", "old"};
    return {{"name", policy.name},
            {"in", presences[static_cast<int>(policy.presence)]},
            {"verdict", name_of(policy.verdict())},
            {"paths", list_of(policy.difference.paths)},
            {"ports", list_of(policy.difference.ports)},
            {"scopes", list_of(policy.difference.scopes)},
            {"settings", list_of(policy.difference.settings)}};
}

}  // namespace

std::string to_json(const std::vector<PolicyDifference>& policies) {
    Json list = Json::array();
    for (const PolicyDifference& policy : policies)
        list.push_back(json_of(policy));
    const Json json = {{"version", diff_schema_version},
                       {"verdict", name_of(verdict_of(policies))},
                       {"policies", std::move(list)}};
    return json_document(json);
}

}  // namespace ringfence::cli
