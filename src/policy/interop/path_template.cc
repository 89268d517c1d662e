// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/interop/path_template.h"

#include <algorithm>

#include <fmt/format.h>

namespace ringfence::policy {

namespace {

void append(PathTemplate& parts, std::string_view text) {
    if (text.empty()) return;
    if (parts.empty() || parts.back().variable) parts.push_back({false, ""});
    parts.back().text += text;
}

}  // namespace

bool is_variable_name(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '_';
    });
}

tl::expected<PathTemplate, PathProblem> parse_template(std::string_view text) {
    PathTemplate parts;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t dollar = std::min(text.find('$', at), text.size());
        const char next = dollar + 1 < text.size() ? text[dollar + 1] : '\0';
        if (next != '{') {
            append(parts, text.substr(at, dollar + 1 - at));
            at = dollar + (next == '$' ? 2 : 1);
            continue;
        }
        append(parts, text.substr(at, dollar - at));
        const std::size_t end = text.find('}', dollar);
        if (end == text.npos)
            return tl::unexpected(
                PathProblem{dollar, "has a ${ without its }", "write $${ for the text"});
        const std::string_view name = text.substr(dollar + 2, end - dollar - 2);
        if (!is_variable_name(name))
            return tl::unexpected(PathProblem{
                dollar, fmt::format("has ${{{}}}, which names no variable", plain(name)),
                "a letter, then letters, digits and _"});
        parts.push_back({true, std::string(name)});
        at = end + 1;
    }
    return parts;
}

}  // namespace ringfence::policy
