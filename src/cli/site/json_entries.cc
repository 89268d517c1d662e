// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/site/json_entries.h"

#include <nlohmann/json.hpp>

namespace ringfence::cli {

namespace {

// journalctl nests objects less deeply. A limit keeps a hostile text from using up the stack.
constexpr int deepest = 4;

std::optional<std::string> bytes_of(const nlohmann::json& array) {
    std::string bytes;
    for (const nlohmann::json& byte : array) {
        if (!byte.is_number_unsigned() || byte.get<std::uint64_t>() > 255) return std::nullopt;
        bytes.push_back(static_cast<char>(byte.get<std::uint64_t>()));
    }
    return bytes;
}

std::optional<std::string> value_of(const nlohmann::json& json) {
    if (json.is_string()) return json.get<std::string>();
    if (!json.is_array() || json.empty()) return std::nullopt;
    const nlohmann::json& first = json.front();
    return first.is_number() ? bytes_of(json) : value_of(first);
}

}  // namespace

bool parse_json_entry(std::string_view line, journal::Entry& entry) {
    const auto shallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        return depth <= deepest;
    };
    const nlohmann::json json = nlohmann::json::parse(line, shallow, false);
    if (!json.is_object()) return false;
    for (const auto& [name, value] : json.items())
        if (const auto bytes = value_of(value)) journal::set_exported(entry, name, *bytes);
    return true;
}

}  // namespace ringfence::cli
