// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/specifier.h"

#include "base/ascii.h"

namespace ringfence::unit {

namespace {

// Known to systemd 252 and all later ones, besides those that follow from the name.
constexpr std::string_view of_the_system = "aAbBcCdEfgGhHlLmMoqrRsStTuUvVwWyY";
constexpr std::string_view newer_than_252 = "D";
constexpr std::string_view paths = "CdEhLStTVyY";
constexpr std::string_view of_the_instance = "iIfnN";

bool has(std::string_view set, char c) {
    return set.find(c) != std::string_view::npos;
}

std::string last_component(const std::string& prefix) {
    const std::size_t dash = prefix.rfind('-');
    return dash == std::string::npos ? prefix : prefix.substr(dash + 1);
}

tl::expected<std::string, SpecifierIssue> expand_one(char letter, const ServiceName& name) {
    const bool generic = name.kind == NameKind::template_name;
    if (generic && has("iInN", letter)) return tl::unexpected(SpecifierIssue::instance);
    const auto unescaped =
        [](const std::string& text) -> tl::expected<std::string, SpecifierIssue> {
        if (auto plain = unescape(text)) return *plain;
        return tl::unexpected(SpecifierIssue::unknowable);
    };
    switch (letter) {
        case 'i':
            return name.instance;
        case 'I':
            return unescaped(name.instance);
        case 'j':
            return last_component(name.prefix);
        case 'J':
            return unescaped(last_component(name.prefix));
        case 'n':
            return name.full;
        case 'N':
            return name.stem();
        case 'p':
            return name.prefix;
        default:
            return unescaped(name.prefix);
    }
}

// The issue that a letter has in every unit.
std::optional<SpecifierIssue> issue_of(char letter) {
    if (has(name_specifiers, letter)) return std::nullopt;
    if (has(of_the_system, letter)) return SpecifierIssue::unknowable;
    if (has(newer_than_252, letter)) return SpecifierIssue::newer;
    return SpecifierIssue::unknown;
}

}  // namespace

tl::expected<std::string, SpecifierError> expand_specifiers(std::string_view text,
                                                            const ServiceName& name) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = at + 1 < text.size() ? text[at + 1] : '\0';
        if (text[at] != '%' || !(letter == '%' || is_alphanumeric(letter))) {
            out += text[at];  // a "%" before anything else stands for itself
            continue;
        }
        if (letter == '%') {
            out += '%';
        } else if (const auto issue = issue_of(letter)) {
            return tl::unexpected(SpecifierError{at, letter, *issue});
        } else if (const auto value = expand_one(letter, name)) {
            out += *value;
        } else {
            return tl::unexpected(SpecifierError{at, letter, value.error()});
        }
        ++at;
    }
    return out;
}

std::optional<SpecifierError> find_bad_specifier(std::string_view text) {
    if (text.empty()) return std::nullopt;
    for (std::size_t at = text.find('%'); at < text.size() - 1; at = text.find('%', at + 1)) {
        const char letter = text[++at];
        if (!is_alphanumeric(letter)) continue;
        const auto issue = issue_of(letter);
        if (issue && *issue != SpecifierIssue::unknowable)
            return SpecifierError{at - 1, letter, *issue};
    }
    return std::nullopt;
}

std::string describe(const SpecifierError& error) {
    std::string subject = std::string("%") + error.letter;
    switch (error.issue) {
        case SpecifierIssue::unknown:
            return subject + " is no specifier";
        case SpecifierIssue::newer:
            return subject + " is a specifier of newer systemd versions only";
        case SpecifierIssue::unknowable:
            return subject + " is not known before the unit is loaded";
        case SpecifierIssue::instance:
            return subject + " depends on the instance";
    }
    return subject;
}

namespace {

// The expansion of %f: the instance as a path, or the prefix if there is no instance
// (unit_name_path_unescape()).
std::optional<std::string> as_path(const ServiceName& name) {
    const std::string& part = name.kind == NameKind::plain ? name.prefix : name.instance;
    if (part == "-") return "/";
    const auto plain = unescape(part);
    if (!plain || plain->empty() || plain->front() == '/' || plain->back() == '/')
        return std::nullopt;
    const std::string path = "/" + *plain + "/";
    for (const char* bad : {"//", "/./", "/../"})
        if (path.find(bad) != std::string::npos) return std::nullopt;
    return "/" + *plain;
}

void sample_one(char letter, const ServiceName& name, Sample& sample) {
    if (name.kind == NameKind::template_name && has(of_the_instance, letter)) {
        sample.open = true;
        sample.text += letter == 'f' ? "/i" : "i";
    } else if (letter == 'f') {
        const auto path = as_path(name);
        sample.fails |= !path;
        sample.text += path.value_or("");
    } else if (has(name_specifiers, letter)) {
        const auto value = expand_one(letter, name);
        sample.fails |= !value;
        sample.text += value.value_or("");
    } else {
        sample.text += has(paths, letter) ? "/s" : "s";
    }
}

}  // namespace

Sample sample_expansion(std::string_view text, const ServiceName& name) {
    Sample sample;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = at + 1 < text.size() ? text[at + 1] : '\0';
        if (text[at] != '%' || !(letter == '%' || is_alphanumeric(letter))) {
            sample.text += text[at];
            continue;
        }
        if (letter == '%')
            sample.text += '%';
        else
            sample_one(letter, name, sample);
        ++at;
    }
    return sample;
}

bool expands_to_path(char letter) {
    return has(paths, letter);
}

}  // namespace ringfence::unit
