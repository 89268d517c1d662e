// SPDX-License-Identifier: LGPL-2.1-or-later
#include <nlohmann/json.hpp>

#include "cli/status_output.h"

namespace ringfence::cli {

namespace {

using StatusJson = nlohmann::ordered_json;

constexpr int status_schema_version = 1;

StatusJson unit_status(const Status& unit) {
    StatusJson json = {{"unit", unit.unit},        {"state", state_row(unit.state).name},
                       {"policy", unit.policy},    {"active", unit.active},
                       {"static", unit.is_static}, {"reasons", unit.reasons}};
    if (!unit.digest.empty()) json["digest"] = unit.digest;
    if (unit.running)
        json["running"] = {{"policy", unit.running->policy},
                           {"digest", unit.running->digest},
                           {"status", unit.running->status}};
    if (!unit.unenforced.empty()) json["unenforced"] = unit.unenforced;
    return json;
}

}  // namespace

std::string status_json(const std::vector<Status>& units, int exit_status) {
    StatusJson list = StatusJson::array();
    for (const Status& unit : units)
        list.push_back(unit_status(unit));
    const StatusJson document = {
        {"version", status_schema_version}, {"status", exit_status}, {"units", list}};
    return document.dump(2, ' ', false, StatusJson::error_handler_t::replace) + "\n";
}

}  // namespace ringfence::cli
