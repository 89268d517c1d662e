// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/json.h"

#include "cli/check/text.h"

namespace ringfence::cli {

namespace {

// The version of the document. It rises when a member changes its meaning or is removed.
constexpr int check_schema_version = 1;

void add_text(Json& json, const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
}

Json of(const lint::Finding& finding) {
    Json json;
    json["check"] = finding.id;
    json["severity"] = name_of(finding.severity);
    const Location& where = finding.problem.where;
    add_text(json, "file", where.file);
    if (where.line != 0) json["line"] = where.line;
    if (where.column != 0) json["column"] = where.column;
    json["message"] = finding.problem.message;
    add_text(json, "fix", finding.problem.hint);
    add_text(json, "subject", finding.subject);
    add_text(json, "policy", finding.policy);
    add_text(json, "unit", finding.unit);
    add_text(json, "reason", finding.reason);
    return json;
}

Json of(const std::vector<lint::Finding>& findings) {
    Json list = Json::array();
    for (const lint::Finding& finding : findings)
        list.push_back(of(finding));
    return list;
}

}  // namespace

std::string to_json(const lint::Report& report) {
    Json json;
    json["version"] = check_schema_version;
    json["policies"] = report.policies;
    json["units"] = report.units;
    const auto worst = report.worst();
    json["worst"] = worst ? Json(name_of(*worst)) : Json(nullptr);
    json["findings"] = of(report.findings);
    json["justified"] = of(report.justified);
    return json_document(json);
}

std::string checks_json() {
    Json list = Json::array();
    for (const lint::Check& row : lint::checks()) {
        Json json;
        json["check"] = row.id;
        json["severity"] = name_of(row.severity);
        json["why"] = row.why;
        add_text(json, "fix", row.fix);
        list.push_back(std::move(json));
    }
    return json_document({{"version", check_schema_version}, {"checks", std::move(list)}});
}

}  // namespace ringfence::cli
