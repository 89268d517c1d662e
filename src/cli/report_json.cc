// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include "cli/report_data.h"

namespace ringfence::cli {

namespace {

using OrderedJson = nlohmann::ordered_json;

std::string rfc3339(journal::Time time) {
    std::string text = utc(time);
    text[10] = 'T';
    return text + "Z";
}

OrderedJson unit_json(const ReportUnit& unit) {
    OrderedJson json = {
        {"host", unit.host},
        {"unit", unit.unit},
        {"policy", unit.policy},
        {"state", name_of(unit.state)},
        {"unenforced", unit.unenforced},
        {"error", unit.error},
        {"starts",
         {{"enforced", unit.enforced}, {"degraded", unit.degraded}, {"refused", unit.refused}}},
        {"denials", unit.denials}};
    json["abi"] = unit.abi > 0 ? OrderedJson(unit.abi) : OrderedJson(nullptr);
    json["last_start"] = unit.time ? OrderedJson(rfc3339(*unit.time)) : OrderedJson(nullptr);
    return json;
}

}  // namespace

std::string report_json(const ReportData& data) {
    OrderedJson json = {{"version", 1},
                        {"subject", data.subject},
                        {"since", rfc3339(data.since)},
                        {"until", rfc3339(data.until)},
                        {"units", OrderedJson::array()},
                        {"denials", data.timeline.denials()},
                        {"unattributed", data.unattributed},
                        {"lost", data.lost},
                        {"column_seconds", data.timeline.width().count()},
                        {"columns", OrderedJson::array()},
                        {"series", OrderedJson::array()}};
    for (const ReportUnit& unit : data.units)
        json["units"].push_back(unit_json(unit));
    for (std::size_t i = 0; i < data.timeline.columns(); ++i)
        json["columns"].push_back(rfc3339(data.timeline.begin_of(i)));
    for (const auto& one : data.series)
        json["series"].push_back({{"host", one.host},
                                  {"unit", one.unit},
                                  {"right", one.right},
                                  {"count", one.count},
                                  {"columns", one.columns}});
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace ringfence::cli
