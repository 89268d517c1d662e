// SPDX-License-Identifier: LGPL-2.1-or-later
#include <nlohmann/json.hpp>

#include "cli/check_text.h"

namespace ringfence::cli {

namespace {

using CheckJson = nlohmann::ordered_json;

// Of the document; raised when a member changes its meaning or goes.
constexpr int check_schema_version = 1;

// Text of files that are not UTF-8 gets replacement characters instead of an exception.
std::string dump(const CheckJson& json) {
    return json.dump(2, ' ', false, CheckJson::error_handler_t::replace) + "\n";
}

void add(CheckJson& json, const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
}

CheckJson of(const lint::Finding& finding) {
    CheckJson json;
    json["check"] = finding.id;
    json["severity"] = lint::name_of(finding.severity);
    const Location& where = finding.problem.where;
    add(json, "file", where.file);
    if (where.line != 0) json["line"] = where.line;
    if (where.column != 0) json["column"] = where.column;
    json["message"] = finding.problem.message;
    add(json, "fix", finding.problem.hint);
    add(json, "subject", finding.subject);
    add(json, "policy", finding.policy);
    add(json, "unit", finding.unit);
    add(json, "reason", finding.reason);
    return json;
}

CheckJson of(const std::vector<lint::Finding>& findings) {
    CheckJson list = CheckJson::array();
    for (const lint::Finding& finding : findings)
        list.push_back(of(finding));
    return list;
}

}  // namespace

std::string to_json(const lint::Report& report) {
    CheckJson json;
    json["version"] = check_schema_version;
    json["policies"] = report.policies;
    json["units"] = report.units;
    const auto worst = report.worst();
    json["worst"] = worst ? CheckJson(lint::name_of(*worst)) : CheckJson(nullptr);
    json["findings"] = of(report.findings);
    json["justified"] = of(report.justified);
    return dump(json);
}

std::string checks_json() {
    CheckJson list = CheckJson::array();
    for (const lint::Check& row : lint::checks()) {
        CheckJson json;
        json["check"] = row.id;
        json["severity"] = lint::name_of(row.severity);
        json["why"] = row.why;
        add(json, "fix", row.fix);
        list.push_back(std::move(json));
    }
    return dump({{"version", check_schema_version}, {"checks", std::move(list)}});
}

}  // namespace ringfence::cli
