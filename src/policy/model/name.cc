// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/model/name.h"

#include <algorithm>

#include <fmt/format.h>

#include "policy/model/path_text.h"

namespace ringfence::policy {

namespace {

// A file name has at most 255 bytes (NAME_MAX); the directory of drop-ins is NAME.toml.d.
constexpr std::size_t longest_name = 255 - 7;

constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:-_.\\@";

}  // namespace

std::string problem_with_name(std::string_view name) {
    if (name.empty()) return "it is empty";
    if (name[0] == '.') return "it begins with a dot";
    if (name.size() > longest_name) return fmt::format("it is over {} bytes long", longest_name);
    const std::size_t bad = name.find_first_not_of(name_characters);
    if (bad == std::string_view::npos) return "";
    if (name[bad] == '/') return "it has a slash, and names are no paths";
    if (name[bad] == '%') return "it has a specifier that only a running unit knows";
    const bool printable = name[bad] > 0x20 && name[bad] < 0x7f;
    return printable ? fmt::format("it has {} in it", quote(name.substr(bad, 1)))
                     : std::string("it has a character in it that unit names cannot have");
}

std::vector<std::string> names_in(std::string_view joined) {
    std::vector<std::string> names;
    for (std::size_t at = 0; at <= joined.size();) {
        const std::size_t end = std::min(joined.find('+', at), joined.size());
        names.emplace_back(joined.substr(at, end - at));
        at = end + 1;
    }
    return names;
}

}  // namespace ringfence::policy
