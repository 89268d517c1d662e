// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials/json.h"

#include <fmt/format.h>

#include "base/sha256.h"
#include "base/utf8.h"
#include "cli/terminal/json.h"
#include "cli/terminal/time_text.h"
#include "journal/path_check.h"

namespace ringfence::cli {

using journal::Denial;
using journal::ObjectType;

namespace {

constexpr int denials_schema_version = 1;

// JSON consists of characters. Other bytes are replaced, and a second member then has the exact
// bytes.
void set_text(Json& json, const std::string& key, const std::string& bytes) {
    json[key] = bytes;
    if (!is_utf8(bytes)) json[key + "_hex"] = hex(bytes);
}

void set_known(Json& json, const std::string& key, const std::string& bytes) {
    if (!bytes.empty()) set_text(json, key, bytes);
}

Json path_json(const Denial& denial) {
    Json json = {{"type", "path"}};
    set_text(json, "path", denial.what.path);
    set_known(json, "device", denial.tally.object.device);
    if (denial.tally.object.inode != 0) json["inode"] = denial.tally.object.inode;
    json["check"] = name_of(denial.tally.path);
    return json;
}

Json port_json(const Denial& denial) {
    Json json = {{"type", "port"}, {"end", denial.what.remote ? "remote" : "local"}};
    json["port"] = denial.what.port.value_or(0);
    set_known(json, "address", denial.what.address);
    return json;
}

Json process_json(const Denial& denial) {
    Json json = {{"type", "process"}};
    set_text(json, "comm", denial.what.comm);
    if (denial.tally.object.pid) json["pid"] = *denial.tally.object.pid;
    return json;
}

Json unix_socket_json(const Denial& denial) {
    Json json = {{"type", "unix-socket"}, {"abstract", denial.what.abstract}};
    set_text(json, denial.what.abstract ? "name" : "path", denial.what.path);
    return json;
}

Json object_json(const Denial& denial) {
    if (denial.what.many) return {{"type", "many"}};
    switch (denial.what.type) {
        case ObjectType::path:
            return path_json(denial);
        case ObjectType::port:
            return port_json(denial);
        case ObjectType::process:
            return process_json(denial);
        case ObjectType::unix_socket:
            return unix_socket_json(denial);
        case ObjectType::none:
            break;
    }
    return {{"type", "unknown"}};
}

Json unit_json(const journal::Unit& unit) {
    Json json = {{"unit", unit.name}};
    set_known(json, "user_unit", unit.user_name);
    return json;
}

// In the record, NUL separates the words.
Json command_json(const std::string& command_line) {
    Json words = Json::array();
    for (std::size_t at = 0; at < command_line.size();) {
        const std::size_t end = std::min(command_line.find('\0', at), command_line.size());
        words.push_back(command_line.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

void add_attribution(Json& json, const journal::Attribution& attribution) {
    json["confidence"] = name_of(attribution.confidence);
    if (attribution.reason == journal::Reason::attributed) {
        set_text(json, "unit", attribution.unit.name);
        set_known(json, "user_unit", attribution.unit.user_name);
        set_known(json, "policy", attribution.policy);
        set_known(json, "policy_digest", attribution.digest);
        return;
    }
    json["reason"] = text_of(attribution.reason).name;
    json["explanation"] = text_of(attribution.reason).sentence;
    json["claimed"] = Json::array();
    for (const journal::Unit& unit : attribution.claimed)
        if (!unit.empty()) json["claimed"].push_back(unit_json(unit));
    set_known(json, "creator_exe", attribution.exe);
    set_known(json, "creator_comm", attribution.tag);
}

Json denial_json(const Denial& denial) {
    Json json = {{"count", denial.tally.count},
                 {"first", rfc3339(denial.tally.first, Precision::microseconds)},
                 {"last", rfc3339(denial.tally.last, Precision::microseconds)}};
    set_known(json, "machine_id", denial.machine);
    set_known(json, "hostname", denial.host);
    json["proved"] = denial.proved;
    add_attribution(json, denial.attribution);
    json["rights"] = denial.what.blockers.names();
    json["object"] = object_json(denial);
    set_known(json, "program", denial.program());
    set_known(json, "comm", denial.what.process_comm);
    if (denial.tally.pid) json["pid"] = *denial.tally.pid;
    if (!denial.tally.command_line.empty())
        json["command_line"] = command_json(denial.tally.command_line);
    if (!denial.tally.records.empty()) {
        json["audit_id"] = denial.tally.serial;
        json["records"] = denial.tally.records;
    }
    return json;
}

// Writes a list with a line for each element.
template <class T, class ToJson>
void write_list(const Sink& sink, const char* name, const std::vector<T>& list,
                const ToJson& element) {
    sink(fmt::format("  \"{}\": [", name));
    const char* separator = "\n    ";
    for (const T& one : list) {
        sink(separator + json_line(element(one)));
        separator = ",\n    ";
    }
    sink(list.empty() ? "],\n" : "\n  ],\n");
}

Json count_json(const journal::UnitCount& unit) {
    Json json = {{"unit", unit.unit.name}};
    set_known(json, "user_unit", unit.unit.user_name);
    set_known(json, "machine_id", unit.machine);
    set_known(json, "hostname", unit.host);
    json["denials"] = unit.logged;
    json["fences"] = unit.starts;
    json["ended_fences"] = unit.ended;
    json["counted_by_kernel"] = unit.counted;
    json["logged"] = unit.read;
    json["missing"] = unit.missing();
    return json;
}

Json losses_json(const journal::Losses& losses) {
    return {{"audit", losses.audit},
            {"journald", losses.suppressed},
            {"kernel", losses.missed},
            {"kernel_log", losses.unprinted}};
}

}  // namespace

std::string to_json_line(const Denial& denial) {
    return json_line(denial_json(denial)) + "\n";
}

void write_json(const journal::Review& review, const Sink& sink) {
    sink(fmt::format("{{\n  \"version\": {},\n", denials_schema_version));
    write_list(sink, "denials", review.denials, denial_json);
    write_list(sink, "unattributed", review.unattributed, denial_json);
    write_list(sink, "units", review.units, count_json);
    sink(fmt::format("  \"lost_records\": {},\n", json_line(losses_json(review.losses))));
    sink(fmt::format("  \"dropped_reports\": {},\n", json_line(Json(review.dropped))));
    Json users = Json::object();
    for (const auto& [user, count] : review.left_out_users)
        users[std::to_string(user)] = count;
    sink(fmt::format("  \"forgotten_domains_of_users\": {},\n", json_line(users)));
    sink(
        fmt::format("  \"malformed_records\": {},\n  \"unreadable_lines\": {},\n"
                    "  \"unread_records\": {},\n  \"cut_records\": {},\n"
                    "  \"ungrouped_denials\": {},\n  \"forgotten_domains\": {}\n}}\n",
                    review.malformed, review.unreadable, review.unread, review.cut,
                    review.uncounted, review.left_out));
}

std::string to_json(const journal::Review& review) {
    std::string text;
    write_json(review, [&](std::string_view part) { text += part; });
    return text;
}

}  // namespace ringfence::cli
