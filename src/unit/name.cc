// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/name.h"

#include "unit/words.h"

namespace ringfence::unit {

namespace {

constexpr std::string_view suffix = ".service";

bool is_name_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

// "a-b-c" → "a-b-", "a-b-" → "a-", "a" and "a-" → nothing.
std::optional<std::string> shorter_prefix(std::string prefix) {
    bool chopped = false;
    for (;;) {
        const std::size_t dash = prefix.rfind('-');
        if (dash == std::string::npos || dash == 0) return std::nullopt;
        if (dash + 1 < prefix.size() || chopped) return prefix.substr(0, dash + 1);
        prefix.resize(dash);  // systemd removes one trailing dash, and only one
        chopped = true;
    }
}

std::string build(const std::string& prefix, NameKind kind, const std::string& instance) {
    if (kind == NameKind::plain) return prefix + std::string(suffix);
    return prefix + "@" + instance + std::string(suffix);
}

void add_names(const std::string& prefix, NameKind kind, const std::string& instance,
               std::vector<std::string>& names) {
    names.push_back(build(prefix, kind, instance));
    if (kind == NameKind::instance) add_names(prefix, NameKind::template_name, "", names);
    // A shortened template has no instance: "a-b@.service" leads to "a-.service".
    const NameKind next = kind == NameKind::instance ? NameKind::instance : NameKind::plain;
    if (const auto shorter = shorter_prefix(prefix)) add_names(*shorter, next, instance, names);
}

}  // namespace

std::string ServiceName::template_of() const {
    return kind == NameKind::plain ? std::string() : prefix + "@" + std::string(suffix);
}

std::string ServiceName::stem() const {
    return full.substr(0, full.size() - suffix.size());
}

std::string ServiceName::with_instance(std::string_view other) const {
    return prefix + "@" + std::string(other) + std::string(suffix);
}

std::optional<ServiceName> parse_service_name(std::string_view name) {
    if (name.size() > name_max || name.size() <= suffix.size()) return std::nullopt;
    if (name.substr(name.size() - suffix.size()) != suffix) return std::nullopt;
    const std::string_view stem = name.substr(0, name.size() - suffix.size());
    for (const char c : stem)
        if (!is_name_character(c)) return std::nullopt;
    ServiceName parts;
    parts.full = std::string(name);
    const std::size_t at = stem.find('@');
    parts.prefix = std::string(stem.substr(0, at));
    if (parts.prefix.empty()) return std::nullopt;
    if (at == std::string_view::npos) return parts;
    parts.instance = std::string(stem.substr(at + 1));
    parts.kind = parts.instance.empty() ? NameKind::template_name : NameKind::instance;
    return parts;
}

std::optional<std::string> unescape(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '-') {
            plain += '/';
        } else if (text[at] == '\\') {
            const bool hex = text.substr(at + 1, 1) == "x";
            const auto escape = hex ? decode_escape(text.substr(at + 1)) : std::nullopt;
            if (!escape) return std::nullopt;
            plain += escape->bytes;
            at += escape->length;
        } else {
            plain += text[at];
        }
    }
    return plain;
}

std::vector<std::string> dropin_names(const ServiceName& name) {
    std::vector<std::string> names;
    add_names(name.prefix, name.kind, name.instance, names);
    return names;
}

}  // namespace ringfence::unit
