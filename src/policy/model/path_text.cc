// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/model/path_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace ringfence::policy {

namespace {

// systemd.unit(5), "Specifiers available in unit files", systemd 257.
constexpr std::string_view specifiers = "aAbBCdDEfgGhHiIjJlLmMnNopPqsStTuUvVwWyY";
// The specifiers that stand for an absolute path in a service. %f is the instance's name with a "/"
// before it.
constexpr std::string_view path_specifiers = "CdDEfhLsStTVyY";

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name_character(char c) {
    return is_letter(c) || c == '_' || (c >= '0' && c <= '9');
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

using Problem = tl::unexpected<PathProblem>;

Problem problem(std::size_t offset, std::string message, std::string hint) {
    return Problem(PathProblem{offset, std::move(message), std::move(hint)});
}

/// The length of the specifier at `at`, where `text` has a '%'.
tl::expected<std::size_t, PathProblem> specifier_at(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(at + 1);
    if (rest.empty()) return problem(at, "ends in a lone %", "write %% for the character");
    if (rest[0] == '%') return std::size_t{2};
    if (specifiers.find(rest[0]) != std::string_view::npos) return std::size_t{2};
    if (is_letter(rest[0]))
        return problem(at, fmt::format("has %{} in it, which is no specifier", rest[0]),
                       "write %% for the character, or a specifier of systemd.unit(5)");
    return problem(at, "has a % that begins no specifier", "write %% for the character");
}

/// The length of the variable at `at`, where `text` has a '$'.
tl::expected<std::size_t, PathProblem> variable_at(std::string_view text, std::size_t at) {
    const std::string_view rest = text.substr(at + 1);
    if (!rest.empty() && rest[0] == '$') return std::size_t{2};
    if (rest.empty() || rest[0] != '{') {
        std::size_t length = 0;
        while (length < rest.size() && is_name_character(rest[length]))
            ++length;
        if (length == 0)
            return problem(at, "has a $ that begins no variable", "write $$ for the character");
        const std::string name(rest.substr(0, length));
        return problem(at, fmt::format("has ${}, which systemd does not expand in a path", name),
                       fmt::format("write ${{{0}}} for the variable, or $${0} for the text", name));
    }
    const std::size_t end = rest.find('}');
    if (end == std::string_view::npos)
        return problem(at, "has a ${ without its }", "write ${NAME}, or $${ for the text");
    const std::string_view name = rest.substr(1, end - 1);
    bool valid = !name.empty() && (is_letter(name[0]) || name[0] == '_');
    for (const char c : name)
        valid = valid && is_name_character(c);
    if (!valid)
        return problem(at, fmt::format("has ${{{}}}, which names no variable", name),
                       "a variable's name has letters, digits and _ only");
    return end + 2;
}

/// Checks that the text begins with "/", or with something that stands for an absolute path.
tl::expected<void, PathProblem> check_beginning(std::string_view path, std::size_t offset) {
    if (path.empty()) return problem(0, "is no path", "leave the element out");
    if (path[0] == '/' || path.substr(0, 2) == "${") return {};
    if (path[0] == '%' && path.size() > 1) {
        if (path_specifiers.find(path[1]) != std::string_view::npos) return {};
        if (specifiers.find(path[1]) != std::string_view::npos)
            return problem(offset, "does not begin with a path",
                           fmt::format("%{0} stands for a name: write /%{0}", path[1]));
    }
    if (path[0] == '~')
        return problem(offset, "is not an absolute path",
                       "%h is the home directory of the manager's user; write any other in full");
    const bool literal = path.starts_with("%%") || path.starts_with("$$");
    // check_characters() says what is wrong with any other % or $.
    if (!literal && (path[0] == '$' || path[0] == '%')) return {};
    return problem(offset, "is not an absolute path",
                   "begin it with / or a specifier such as %S (state) or %t (run time)");
}

tl::expected<void, PathProblem> check_components(std::string_view path, std::size_t offset) {
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        if (path.substr(at, end - at) == "..")
            return problem(offset + at, "has a .. in it", "write the path that it leads to");
        at = end + 1;
    }
    return {};
}

tl::expected<void, PathProblem> check_characters(std::string_view text, std::size_t offset) {
    for (std::size_t at = offset; at < text.size();) {
        if (is_control(text[at]))
            return problem(at, "has a control character in it",
                           "a drop-in cannot carry it; rename the file, or give its directory");
        tl::expected<std::size_t, PathProblem> length = 1;
        if (text[at] == '%') length = specifier_at(text, at);
        if (text[at] == '$') length = variable_at(text, at);
        if (!length) return tl::unexpected(length.error());
        at += *length;
    }
    return {};
}

}  // namespace

tl::expected<PathText, PathProblem> parse_path(std::string_view text) {
    const bool optional = !text.empty() && text[0] == '-';
    const std::size_t offset = optional ? 1 : 0;
    const std::string_view path = text.substr(offset);
    if (auto ok = check_beginning(path, offset); !ok) return tl::unexpected(ok.error());
    if (auto ok = check_characters(text, offset); !ok) return tl::unexpected(ok.error());
    if (auto ok = check_components(path, offset); !ok) return tl::unexpected(ok.error());
    return PathText{std::string(path), optional};
}

std::string path_pattern() {
    constexpr std::string_view variable = R"(\$\{[A-Za-z_][A-Za-z0-9_]*\})";
    return fmt::format(
        R"(^-?(?=/|{0}|%[{1}])(?!(?:.*/)?\.\.(?:/|$))(?:[^%$\u0000-\u001f\u007f]|%[%{2}]|\$\$|{0})+$)",
        variable, path_specifiers, specifiers);
}

std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_control(c))
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out;
}

std::string quote(std::string_view text) {
    constexpr std::size_t enough = 100;
    if (text.size() <= enough) return "\"" + plain(text) + "\"";
    // The cut must not divide a character of several bytes.
    std::size_t end = enough;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    return "\"" + plain(text.substr(0, end)) + "…\"";
}

}  // namespace ringfence::policy
