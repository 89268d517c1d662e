// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show/json.h"

#include "cli/show/stand_in_text.h"
#include "cli/show/words.h"
#include "cli/terminal/json.h"
#include "dropin/unfenced.h"
#include "landlock/rights.h"
#include "policy/judge/judge.h"
#include "policy/model/right_names.h"

namespace ringfence::cli {

using policy::Origin;
using policy::Rules;

namespace {

constexpr int show_schema = 1;

void set_place(Json& json, const Location& where) {
    json["file"] = where.file;
    if (where.line != 0) json["line"] = where.line;
    if (where.line != 0 && where.column != 0) json["column"] = where.column;
}

Json origin_json(const Origin& origin) {
    Json json = Json::object();
    set_place(json, origin.where);
    json["chain"] = chain_of(origin.policy);
    if (!origin.reason.empty()) json["reason"] = origin.reason;
    return json;
}

Json origins_json(const std::vector<Origin>& origins) {
    Json all = Json::array();
    for (const Origin& origin : origins)
        all.push_back(origin_json(origin));
    return all;
}

/// A value and the place where it was written. The place is null for a default.
Json setting_json(Json value, const Origin& origin) {
    Json json = {{"value", std::move(value)}};
    json["from"] = origin.where.file.empty() ? Json() : origin_json(origin);
    return json;
}

Json path_json(const policy::PathRule& rule, const policy::Layer& layer, std::optional<int> abi) {
    Json json = {{"path", rule.path}, {"optional", rule.optional}};
    json["groups"] = group_keys(rule.access, layer.handled());
    json["rights"] = policy::right_names(rule.access);
    if (abi) json["enforced"] = policy::right_names(rule.access & landlock::known_at(*abi));
    json["from"] = origins_json(rule.origins);
    return json;
}

Json port_json_of(const policy::PortRule& rule) {
    Json json = {{"right", policy::right_names(rule.access).front()},
                 {"first", rule.first},
                 {"last", rule.last}};
    json["from"] = origins_json(rule.origins);
    return json;
}

Json layer_json(const policy::Layer& layer, std::optional<int> abi) {
    Json json = {{"abi", layer.abi}};
    json["from"] = layer.origin.where.file.empty() ? Json() : origin_json(layer.origin);
    json["handled"] = policy::right_names(layer.handled());
    json["unrestricted"] = policy::right_names(landlock::known_at(layer.abi) - layer.handled());
    json["handling"] = Json::array();
    for (const policy::HandlingOrigin& entry : layer.handling)
        json["handling"].push_back({{"rights", policy::right_names(entry.access)},
                                    {"restricted", entry.restricted},
                                    {"from", origin_json(entry.origin)}});
    json["paths"] = Json::array();
    for (const policy::PathRule& rule : layer.paths)
        json["paths"].push_back(path_json(rule, layer, abi));
    json["elsewhere"] = Json::array();
    for (const policy::PathRule& rule : layer.elsewhere)
        json["elsewhere"].push_back(path_json(rule, layer, abi));
    json["ports"] = Json::array();
    for (const policy::PortRule& rule : layer.ports)
        json["ports"].push_back(port_json_of(rule));
    return json;
}

Json kernel_json(const Rules& rules, const ShownKernel& kernel) {
    const policy::Enforcement enforcement =
        policy::Judge(rules, kernel.abi).enforcement(kernel.expected_abi);
    Json json = {{"abi", kernel.abi}, {"status", word_of(enforcement)}};
    const std::string why = refusal_of(enforcement, rules);
    if (!why.empty()) json["reason"] = why;
    json["unenforced"] = policy::right_names(enforcement.unenforced);
    if (enforcement.denies_refer) json["denied"] = Json::array({"fs.refer"});
    return json;
}

void add_settings(Json& json, const Rules& rules) {
    json["policy"] = rules.name;
    json["digest"] = rules.digest;
    json["description"] = rules.description;
    json["documentation"] = rules.documentation;
    json["written_for"] = rules.units;
    json["architecture"] = rules.architecture.empty() ? Json() : Json(rules.architecture);
    json["abi"] = setting_json(rules.layers.front().abi, rules.abi_origin);
    json["minimum_abi"] = setting_json(
        rules.minimum_abi == policy::minimum_abi_all ? Json("all") : Json(rules.minimum_abi),
        rules.minimum_abi_origin);
    json["inherit"] = setting_json(rules.inherit, rules.inherit_origin);
    json["trust_links"] =
        setting_json(landlock::word_of(rules.trust_links), rules.trust_links_origin);
    json["forbid_landlock"] = setting_json(rules.forbid_landlock, rules.forbid_landlock_origin);
    json["stand_ins"] =
        setting_json(rules.stand_ins ? Json::array({policy::stand_in_sockets}) : Json::array(),
                     rules.stand_ins_origin);
}

void add_rules(Json& json, const Rules& rules, const std::optional<ShownKernel>& kernel) {
    const auto abi = kernel ? std::optional(kernel->abi) : std::nullopt;
    add_settings(json, rules);
    json["sources"] = Json::array();
    for (const policy::SourceFile& source : rules.sources)
        json["sources"].push_back({{"file", source.path},
                                   {"chain", chain_of(source.policy)},
                                   {"drop_in", source.drop_in}});
    json["layers"] = Json::array();
    for (const policy::Layer& layer : rules.layers)
        json["layers"].push_back(layer_json(layer, abi));
    json["quiet"] = Json::array();
    for (const policy::QuietPath& quiet : rules.quiet)
        json["quiet"].push_back({{"path", quiet.path},
                                 {"optional", quiet.optional},
                                 {"from", origins_json(quiet.origins)}});
    json["systemd"] = Json::array();
    for (const policy::Directive& directive : rules.systemd)
        json["systemd"].push_back({{"directive", directive.key},
                                   {"value", directive.value},
                                   {"from", origin_json(directive.origin)}});
    json["kept_capabilities"] = Json::array();
    for (const policy::KeptCapability& kept : rules.kept_capabilities)
        json["kept_capabilities"].push_back(
            {{"capability", kept.name}, {"from", origin_json(kept.origin)}});
    json["sockets"] = Json::array();
    for (const policy::SocketGrant& socket : rules.sockets)
        json["sockets"].push_back({{"path", socket.path}, {"from", origins_json(socket.origins)}});
    json["removed"] = Json::array();
    for (const policy::Removal& removal : rules.removed)
        json["removed"].push_back({{"what", removal.what}, {"from", origin_json(removal.origin)}});
    json["waiting"] = policy::right_names(policy::Judge(rules).waiting());
    if (kernel) json["kernel"] = kernel_json(rules, *kernel);
}

void add_unit(Json& json, const dropin::PlannedFile& unit) {
    json["unit"] = unit.unit;
    json["outcome"] = dropin::name_of(unit.decision);
    json["reasons"] = Json::array();
    for (const Diagnostic& reason : unit.reasons()) {
        Json row = Json::object();
        set_place(row, reason.where);
        row["message"] = reason.message;
        row["hint"] = reason.hint;
        json["reasons"].push_back(std::move(row));
    }
    if (const dropin::Fenced* fenced = unit.fenced()) {
        json["unfenced_commands"] = Json::array();
        for (const auto& command :
             dropin::unfenced_commands(fenced->source->unit, fenced->source->attachment.wrap)) {
            Json row = {{"setting", command.setting},
                        {"program", command.program},
                        {"arguments", command.arguments}};
            set_place(row, command.where);
            json["unfenced_commands"].push_back(std::move(row));
        }
    }
    const dropin::DropinFile* file = unit.dropin();
    json["drop_in"] = file == nullptr ? Json() : Json({{"path", file->path}, {"text", file->text}});
}

Json subject_json(const ShownSubject& subject, const std::optional<ShownKernel>& kernel) {
    Json json = {{"name", subject.name}, {"type", subject.is_unit() ? "unit" : "policy"}};
    if (subject.unit) add_unit(json, *subject.unit);
    if (subject.rules) add_rules(json, *subject.rules, kernel);
    if (const auto stand_ins = kernel ? stand_ins_of(subject, kernel->abi) : std::nullopt)
        json["kernel"]["stand_ins"] = Json::array({{{"right", "fs.resolve_unix"},
                                                    {"by", word_of(stand_ins->coverage)},
                                                    {"reasons", stand_ins->reasons}}});
    return json;
}

}  // namespace

std::string subjects_json(const std::vector<ShownSubject>& subjects,
                          const std::optional<ShownKernel>& kernel) {
    Json document = {{"version", show_schema}};
    document["shown"] = Json::array();
    for (const ShownSubject& subject : subjects)
        document["shown"].push_back(subject_json(subject, kernel));
    return json_document(document);
}

}  // namespace ringfence::cli
