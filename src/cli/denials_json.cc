// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials_json.h"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "journal/utf8.h"

namespace ringfence::cli {

using journal::Denial;
using journal::ObjectType;
using Json = nlohmann::ordered_json;

namespace {

constexpr int schema_version = 1;

// RFC 3339, UTC, microseconds.
std::string timestamp(journal::Time time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       (time - seconds).count());
}

std::string hex(std::string_view bytes) {
    std::string digits;
    for (const char c : bytes)
        digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return digits;
}

// JSON has characters only: bytes that are none are replaced, and the exact bytes given besides.
void set_text(Json& json, const std::string& key, const std::string& bytes) {
    json[key] = bytes;
    if (!journal::is_utf8(bytes)) json[key + "_hex"] = hex(bytes);
}

void set_known(Json& json, const std::string& key, const std::string& bytes) {
    if (!bytes.empty()) set_text(json, key, bytes);
}

Json path_json(const Denial& denial) {
    Json json = {{"type", "path"}};
    set_text(json, "path", denial.what.path);
    set_known(json, "device", denial.tally.object.device);
    if (denial.tally.object.inode != 0) json["inode"] = denial.tally.object.inode;
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

// Words are separated by NUL in the record.
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
                 {"first", timestamp(denial.tally.first)},
                 {"last", timestamp(denial.tally.last)}};
    set_known(json, "machine_id", denial.machine);
    set_known(json, "hostname", denial.host);
    add_attribution(json, denial.attribution);
    json["rights"] = denial.what.rights;
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

Json list_json(const std::vector<Denial>& denials) {
    Json list = Json::array();
    for (const Denial& denial : denials)
        list.push_back(denial_json(denial));
    return list;
}

Json unit_counts(const journal::Review& review) {
    Json list = Json::array();
    for (const journal::UnitCount& unit : review.units) {
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
        list.push_back(std::move(json));
    }
    return list;
}

Json losses_json(const journal::Losses& losses) {
    return {{"audit", losses.audit}, {"journald", losses.suppressed}, {"kernel", losses.missed}};
}

}  // namespace

std::string to_json_line(const Denial& denial) {
    return denial_json(denial).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_json(const journal::Review& review) {
    const Json document = {{"version", schema_version},
                           {"denials", list_json(review.denials)},
                           {"unattributed", list_json(review.unattributed)},
                           {"units", unit_counts(review)},
                           {"lost_records", losses_json(review.losses)},
                           {"malformed_records", review.malformed},
                           {"unreadable_lines", review.unreadable},
                           {"ungrouped_denials", review.uncounted},
                           {"forgotten_domains", review.left_out}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ringfence::cli
