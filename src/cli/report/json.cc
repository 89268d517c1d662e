// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/json.h"

#include "cli/report/data.h"
#include "cli/terminal/time_text.h"

namespace ringfence::cli {

namespace {

Json report_unit_json(const ReportUnit& unit) {
    Json json = {
        {"host", unit.host},
        {"unit", unit.unit},
        {"policy", unit.policy},
        {"state", name_of(unit.state)},
        {"unenforced", unit.unenforced},
        {"error", unit.error},
        {"starts",
         {{"enforced", unit.enforced}, {"degraded", unit.degraded}, {"refused", unit.refused}}},
        {"denials", unit.denials}};
    json["abi"] = unit.abi > 0 ? Json(unit.abi) : Json(nullptr);
    json["last_start"] = unit.time ? Json(rfc3339(*unit.time, Precision::seconds)) : Json(nullptr);
    return json;
}

}  // namespace

std::string report_json(const ReportData& data) {
    Json json = {{"version", 1},
                 {"subject", data.subject},
                 {"since", rfc3339(data.since, Precision::seconds)},
                 {"until", rfc3339(data.until, Precision::seconds)},
                 {"units", Json::array()},
                 {"kernels", Json::array()},
                 {"denials", data.timeline.denials()},
                 {"unattributed", data.unattributed},
                 {"lost", data.lost},
                 {"unread", data.unread},
                 {"proved", data.proved},
                 {"dropped", data.dropped},
                 {"column_seconds", data.timeline.width().count()},
                 {"columns", Json::array()},
                 {"series", Json::array()}};
    for (const ReportUnit& unit : data.units)
        json["units"].push_back(report_unit_json(unit));
    json["expected_abi"] = data.expected_abi > 0 ? Json(data.expected_abi) : Json(nullptr);
    for (const ReportKernel& kernel : data.kernels)
        json["kernels"].push_back({{"host", kernel.host},
                                   {"abi", kernel.abi},
                                   {"degraded", kernel.degraded},
                                   {"unenforced", kernel.unenforced}});
    for (std::size_t i = 0; i < data.timeline.columns(); ++i)
        json["columns"].push_back(rfc3339(data.timeline.begin_of(i), Precision::seconds));
    for (const auto& one : data.series)
        json["series"].push_back({{"host", one.host},
                                  {"unit", one.unit},
                                  {"right", one.right},
                                  {"count", one.count},
                                  {"columns", one.columns}});
    return json_document(json);
}

}  // namespace ringfence::cli
