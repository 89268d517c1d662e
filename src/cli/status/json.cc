// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/json.h"

#include "cli/status/output.h"

namespace ringfence::cli {

namespace {

constexpr int status_schema_version = 1;

Json unit_status(const Status& unit) {
    Json json = {{"unit", unit.unit},        {"state", state_row(unit.state).name},
                 {"policy", unit.policy},    {"active", unit.active},
                 {"static", unit.is_static}, {"reasons", unit.reasons}};
    if (!unit.digest.empty()) json["digest"] = unit.digest;
    if (unit.running)
        json["running"] = {{"policy", unit.running->policy},
                           {"digest", unit.running->digest},
                           {"status", unit.running->status}};
    if (!unit.unenforced.empty()) json["unenforced"] = unit.unenforced;
    if (!unit.stood_in.empty()) json["stood_in"] = unit.stood_in;
    return json;
}

Json kernel_status(const KernelStatus& kernel) {
    Json json = {
        {"abi", kernel.abi}, {"unenforced", kernel.unenforced}, {"degraded", kernel.is_below()}};
    if (kernel.expected_abi > 0) json["expected_abi"] = kernel.expected_abi;
    return json;
}

}  // namespace

std::string status_json(const std::vector<Status>& units, const KernelStatus& kernel,
                        int exit_status) {
    Json list = Json::array();
    for (const Status& unit : units)
        list.push_back(unit_status(unit));
    Json document = {{"version", status_schema_version}, {"status", exit_status}, {"units", list}};
    if (kernel.abi > 0) document["kernel"] = kernel_status(kernel);
    return json_document(document);
}

}  // namespace ringfence::cli
