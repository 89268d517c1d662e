// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/fields.h"

#include <algorithm>

#include "base/number.h"

namespace ringfence::journal {

namespace {

// In auditd's ENRICHED format, auditd's own translations follow this character.
constexpr char enriched_separator = '\x1d';

// A record of the kernel is at most 8970 bytes (MAX_AUDIT_MESSAGE_LENGTH) and has some 30 pairs.
constexpr std::size_t max_pairs = 128;

std::size_t end_of_value(std::string_view text, std::size_t start) {
    if (start < text.size() && text[start] == '"') {
        const std::size_t quote = text.find('"', start + 1);
        return quote == std::string_view::npos ? text.size() : quote + 1;
    }
    const std::size_t space = text.find(' ', start);
    return space == std::string_view::npos ? text.size() : space;
}

}  // namespace

std::optional<std::string> decode_hex(std::string_view digits) {
    if (digits.empty() || digits.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(digits.size() / 2);
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const auto byte = parse_number(digits.substr(i, 2), 16);
        if (!byte) return std::nullopt;
        bytes.push_back(static_cast<char>(*byte));
    }
    return bytes;
}

Fields::Fields(std::string_view text) {
    text = text.substr(0, text.find(enriched_separator));
    std::size_t at = 0;
    while (at < text.size() && pairs_.size() < max_pairs) {
        const std::size_t equals = text.find('=', at);
        if (equals == std::string_view::npos) return;
        const std::size_t space = text.find_last_of(' ', equals);
        const std::size_t key = space == std::string_view::npos ? at : std::max(at, space + 1);
        const std::size_t end = end_of_value(text, equals + 1);
        pairs_.push_back(
            {text.substr(key, equals - key), text.substr(equals + 1, end - equals - 1)});
        at = end;
    }
}

std::optional<std::string_view> Fields::raw(std::string_view key) const {
    // The first pair counts, because the kernel writes its own fields before strings of user space.
    const auto found = std::find_if(pairs_.begin(), pairs_.end(),
                                    [&](const Pair& pair) { return pair.key == key; });
    if (found == pairs_.end()) return std::nullopt;
    return found->value;
}

std::string Fields::text(std::string_view key) const {
    const auto value = raw(key);
    if (!value || *value == "(null)") return {};
    if (value->size() >= 2 && value->front() == '"' && value->back() == '"')
        return std::string(value->substr(1, value->size() - 2));
    if (auto bytes = decode_hex(*value)) return *bytes;
    return std::string(*value);
}

std::optional<std::uint64_t> Fields::number(std::string_view key, int base) const {
    const auto value = raw(key);
    if (!value) return std::nullopt;
    return parse_number(*value, base);
}

}  // namespace ringfence::journal
