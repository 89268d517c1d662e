// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show_json.h"

#include <nlohmann/json.hpp>

#include "cli/show_words.h"
#include "landlock/rights.h"
#include "policy/enforcement.h"

namespace ringfence::cli {

using policy::Origin;
using policy::Rules;
using ShowJson = nlohmann::ordered_json;

namespace {

constexpr int show_schema = 1;

void set_place(ShowJson& json, const Location& where) {
    json["file"] = where.file;
    if (where.line != 0) json["line"] = where.line;
    if (where.line != 0 && where.column != 0) json["column"] = where.column;
}

ShowJson origin_json(const Origin& origin) {
    ShowJson json = ShowJson::object();
    set_place(json, origin.where);
    json["chain"] = chain_of(origin.policy);
    if (!origin.reason.empty()) json["reason"] = origin.reason;
    return json;
}

ShowJson origins_json(const std::vector<Origin>& origins) {
    ShowJson all = ShowJson::array();
    for (const Origin& origin : origins)
        all.push_back(origin_json(origin));
    return all;
}

/// A value, and where it was written; null where nobody wrote it.
ShowJson setting_json(ShowJson value, const Origin& origin) {
    ShowJson json = {{"value", std::move(value)}};
    json["from"] = origin.where.file.empty() ? ShowJson() : origin_json(origin);
    return json;
}

ShowJson path_json(const policy::PathRule& rule, const policy::Layer& layer,
                   std::optional<int> abi) {
    ShowJson json = {{"path", rule.path}, {"optional", rule.optional}};
    json["groups"] = group_keys(rule.access, landlock::known_at(layer.abi) - layer.unrestricted);
    json["rights"] = right_names(rule.access);
    if (abi) json["enforced"] = right_names(rule.access & landlock::known_at(*abi));
    json["from"] = origins_json(rule.origins);
    return json;
}

ShowJson port_json_of(const policy::PortRule& rule) {
    ShowJson json = {
        {"right", right_names(rule.access).front()}, {"first", rule.first}, {"last", rule.last}};
    json["from"] = origins_json(rule.origins);
    return json;
}

ShowJson layer_json(const policy::Layer& layer, std::optional<int> abi) {
    ShowJson json = {{"abi", layer.abi}};
    json["from"] = layer.origin.where.file.empty() ? ShowJson() : origin_json(layer.origin);
    json["handled"] = right_names(policy::handled_by(layer));
    json["unrestricted"] = right_names(landlock::known_at(layer.abi) - policy::handled_by(layer));
    json["handling"] = ShowJson::array();
    for (const policy::HandlingOrigin& entry : layer.handling)
        json["handling"].push_back({{"rights", right_names(entry.access)},
                                    {"restricted", entry.restricted},
                                    {"from", origin_json(entry.origin)}});
    json["paths"] = ShowJson::array();
    for (const policy::PathRule& rule : layer.paths)
        json["paths"].push_back(path_json(rule, layer, abi));
    json["ports"] = ShowJson::array();
    for (const policy::PortRule& rule : layer.ports)
        json["ports"].push_back(port_json_of(rule));
    return json;
}

ShowJson kernel_json(const Rules& rules, int abi) {
    const policy::Enforcement enforcement = policy::enforcement_at(rules, abi);
    ShowJson json = {{"abi", abi}, {"status", word_of(enforcement)}};
    const std::string why = refusal_of(enforcement, rules);
    if (!why.empty()) json["reason"] = why;
    json["unenforced"] = right_names(enforcement.unenforced);
    if (enforcement.denies_refer) json["denied"] = ShowJson::array({"fs.refer"});
    return json;
}

void add_settings(ShowJson& json, const Rules& rules) {
    json["policy"] = rules.name;
    json["digest"] = rules.digest;
    json["description"] = rules.description;
    json["documentation"] = rules.documentation;
    json["written_for"] = rules.units;
    json["abi"] = setting_json(rules.layers.front().abi, rules.abi_origin);
    json["minimum_abi"] =
        setting_json(rules.minimum_abi == policy::minimum_abi_all ? ShowJson("all")
                                                                  : ShowJson(rules.minimum_abi),
                     rules.minimum_abi_origin);
    json["inherit"] = setting_json(rules.inherit, rules.inherit_origin);
}

void add_rules(ShowJson& json, const Rules& rules, std::optional<int> abi) {
    add_settings(json, rules);
    json["sources"] = ShowJson::array();
    for (const policy::Source& source : rules.sources)
        json["sources"].push_back({{"file", source.path},
                                   {"chain", chain_of(source.policy)},
                                   {"drop_in", source.drop_in}});
    json["layers"] = ShowJson::array();
    for (const policy::Layer& layer : rules.layers)
        json["layers"].push_back(layer_json(layer, abi));
    json["quiet"] = ShowJson::array();
    for (const policy::QuietPath& quiet : rules.quiet)
        json["quiet"].push_back({{"path", quiet.path},
                                 {"optional", quiet.optional},
                                 {"from", origins_json(quiet.origins)}});
    json["systemd"] = ShowJson::array();
    for (const policy::Directive& directive : rules.systemd)
        json["systemd"].push_back({{"directive", directive.key},
                                   {"value", directive.value},
                                   {"from", origin_json(directive.origin)}});
    json["removed"] = ShowJson::array();
    for (const policy::Removal& removal : rules.removed)
        json["removed"].push_back({{"what", removal.what}, {"from", origin_json(removal.origin)}});
    json["waiting"] = right_names(policy::waiting_rights(rules));
    if (abi) json["kernel"] = kernel_json(rules, *abi);
}

void add_unit(ShowJson& json, const dropin::PlannedFile& unit) {
    json["unit"] = unit.unit;
    json["outcome"] = dropin::name_of(unit.outcome);
    json["reasons"] = ShowJson::array();
    for (const Diagnostic& reason : unit.reasons) {
        ShowJson row = ShowJson::object();
        set_place(row, reason.where);
        row["message"] = reason.message;
        row["hint"] = reason.hint;
        json["reasons"].push_back(std::move(row));
    }
    json["drop_in"] =
        unit.path.empty() ? ShowJson() : ShowJson({{"path", unit.path}, {"text", unit.text}});
}

ShowJson subject_json(const Subject& subject, std::optional<int> abi) {
    ShowJson json = {{"name", subject.name}, {"type", subject.is_unit() ? "unit" : "policy"}};
    if (subject.unit) add_unit(json, *subject.unit);
    if (subject.rules) add_rules(json, *subject.rules, abi);
    return json;
}

}  // namespace

std::string subjects_json(const std::vector<Subject>& subjects, std::optional<int> abi) {
    ShowJson document = {{"version", show_schema}};
    document["shown"] = ShowJson::array();
    for (const Subject& subject : subjects)
        document["shown"].push_back(subject_json(subject, abi));
    // File names may be no UTF-8; policies and their rules are.
    return document.dump(2, ' ', false, ShowJson::error_handler_t::replace) + "\n";
}

}  // namespace ringfence::cli
