// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/json_entries.h"

#include <nlohmann/json.hpp>

namespace ringfence::cli {

namespace {

using Json = nlohmann::json;

// Objects in objects are none of journalctl's: what is deeper is not read, so that no stack grows.
constexpr int deepest = 4;

std::optional<std::string> bytes_of(const Json& array) {
    std::string bytes;
    for (const Json& byte : array) {
        if (!byte.is_number_unsigned() || byte.get<std::uint64_t>() > 255) return std::nullopt;
        bytes.push_back(static_cast<char>(byte.get<std::uint64_t>()));
    }
    return bytes;
}

std::optional<std::string> value_of(const Json& json) {
    if (json.is_string()) return json.get<std::string>();
    if (!json.is_array() || json.empty()) return std::nullopt;
    const Json& first = json.front();
    return first.is_number() ? bytes_of(json) : value_of(first);
}

}  // namespace

bool parse_json_entry(std::string_view line, journal::Entry& entry) {
    const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= deepest; };
    const Json json = Json::parse(line, shallow, false);
    if (!json.is_object()) return false;
    for (const auto& [name, value] : json.items())
        if (const auto bytes = value_of(value)) journal::set_exported(entry, name, *bytes);
    return true;
}

}  // namespace ringfence::cli
