// SPDX-License-Identifier: LGPL-2.1-or-later
// The keys of the top level that are not tables, such as `version`, `abi` and `extends`.
#include <optional>

#include <fmt/format.h>

#include "base/path.h"
#include "landlock/link_trust.h"
#include "landlock/rights.h"
#include "policy/language/parse_context.h"
#include "policy/model/name.h"
#include "policy/model/path_text.h"

namespace ringfence::policy {

using landlock::LinkTrust;

namespace {

constexpr int language_version = 1;

/// The value when it is an integer of first…last; otherwise adds a problem.
std::optional<int> integer_in(ParseContext& context, const Entry& entry, int first, int last) {
    const Value& value = entry.value;
    if (value.kind != Kind::integer) {
        const bool digits = value.kind == Kind::string && !value.string.empty() &&
                            value.string.size() < 4 &&
                            value.string.find_first_not_of("0123456789") == std::string::npos;
        context.problem(
            value.where,
            fmt::format("`{}` must be an integer, not {}", entry.key, describe(value.kind)),
            digits          ? fmt::format("write {} = {}", entry.key, value.string)
            : first == last ? fmt::format("write {} = {}", entry.key, first)
                            : fmt::format("write a number from {} to {}", first, last));
        return {};
    }
    if (value.integer >= first && value.integer <= last) return static_cast<int>(value.integer);
    context.problem(
        value.where,
        fmt::format("`{}` is {}, which this ringfence does not know", entry.key, value.integer),
        first == last ? fmt::format("write {} = {}", entry.key, first)
                      : fmt::format("write a number from {} to {}", first, last));
    return {};
}

void read_version(ParseContext& context, const Entry& entry) {
    integer_in(context, entry, language_version, language_version);
}

void read_abi(ParseContext& context, const Entry& entry) {
    const auto abi = integer_in(context, entry, 1, landlock::newest_abi);
    // A value that is wrong counts as given: the key is not reported as missing, too.
    context.policy.abi = Located<int>{abi.value_or(landlock::newest_abi), entry.value.where};
}

void read_minimum_abi(ParseContext& context, const Entry& entry) {
    const Value& value = entry.value;
    if (value.kind == Kind::string) {
        if (value.string != "all")
            context.problem(
                value.where, fmt::format("`minimum_abi` cannot be {}", quote(value.string)),
                fmt::format("write a number from 1 to {}, or \"all\"", landlock::newest_abi));
        context.policy.minimum_abi = {minimum_abi_all, value.where};
    } else if (value.kind != Kind::integer) {
        context.problem(value.where,
                        fmt::format("`minimum_abi` must be an integer or \"all\", not {}",
                                    describe(value.kind)));
    } else if (const auto abi = integer_in(context, entry, 1, landlock::newest_abi)) {
        context.policy.minimum_abi = {*abi, value.where};
    }
}

void read_expected_abi(ParseContext& context, const Entry& entry) {
    // Only numbers are compared, so ringfence need not know what a newer ABI brings.
    if (const auto abi = integer_in(context, entry, 1, landlock::highest_abi))
        context.policy.expected_abi = {*abi, entry.value.where};
}

void read_description(ParseContext& context, const Entry& entry) {
    const std::string* text = as_string(context, entry);
    if (text != nullptr && is_line(context, *text, entry.value.where))
        context.policy.description = {*text, entry.value.where};
}

void read_documentation(ParseContext& context, const Entry& entry) {
    context.policy.documentation = strings(context, entry);
    for (const auto& [text, where] : context.policy.documentation)
        is_line(context, text, where);
}

std::string hint_for_unit(const std::string& text) {
    const std::string name = base_name(text);
    if (name.ends_with(".service") && !name.starts_with('.'))
        return fmt::format("write {}", quote(name));
    const bool other = name.find('.') != std::string::npos;
    return other || name.empty() ? "only services are fenced: write \"NAME.service\""
                                 : fmt::format("write {}", quote(name + ".service"));
}

void read_units(ParseContext& context, const Entry& entry) {
    for (const auto& unit : strings(context, entry)) {
        constexpr std::string_view suffix = ".service";
        const bool service = unit.value.size() > suffix.size() && unit.value.ends_with(suffix);
        if (service && unit.value.find('/') == std::string::npos &&
            is_line(context, unit.value, unit.where))
            context.policy.units.push_back(unit);
        else if (!service || unit.value.find('/') != std::string::npos)
            context.problem(unit.where,
                            fmt::format("{} is no name of a service unit", quote(unit.value)),
                            hint_for_unit(unit.value));
    }
}

void read_extends(ParseContext& context, const Entry& entry) {
    for (const auto& name : strings(context, entry)) {
        const std::string wrong = problem_with_name(name.value);
        if (wrong.empty())
            context.policy.extends.push_back(name);
        else
            context.problem(name.where, fmt::format("{} is no name of an abstraction: {}",
                                                    quote(name.value), wrong));
    }
}

void read_inherit(ParseContext& context, const Entry& entry) {
    if (const bool* value = as_bool(context, entry))
        context.policy.inherit = {*value, entry.value.where};
}

void read_trust_links(ParseContext& context, const Entry& entry) {
    const std::string* word = as_string(context, entry);
    if (word == nullptr) return;
    const bool root = *word == landlock::word_of(LinkTrust::root);
    if (!root && *word != landlock::word_of(LinkTrust::others))
        context.problem(entry.value.where, fmt::format("`trust_links` cannot be {}", quote(*word)),
                        "write \"others\" or \"root\"");
    context.policy.trust_links = {root ? LinkTrust::root : LinkTrust::others, entry.value.where};
}

void read_forbid_landlock(ParseContext& context, const Entry& entry) {
    if (const bool* value = as_bool(context, entry))
        context.policy.forbid_landlock = {*value, entry.value.where};
}

void read_stand_ins(ParseContext& context, const Entry& entry) {
    bool sockets = false;
    for (const auto& name : strings(context, entry)) {
        if (name.value == stand_in_sockets)
            sockets = true;
        else
            context.problem(name.where, fmt::format("there is no stand-in {}", quote(name.value)),
                            "the only stand-in is \"sockets\"; [] is none");
    }
    context.policy.stand_ins = {sockets, entry.value.where};
}

void read_reports(ParseContext& context, const Entry& entry) {
    Reports reports{false, false};
    for (const auto& name : strings(context, entry)) {
        if (name.value == "notify")
            reports.notify = true;
        else if (name.value == "journal")
            reports.journal = true;
        else
            context.problem(name.where, fmt::format("there is no report {}", quote(name.value)),
                            "the reports are \"notify\" and \"journal\"; [] sends none");
    }
    context.policy.reports = {reports, entry.value.where};
}

// A name that problem_with_name() accepts.
Schema name_schema() {
    return string_like(R"(^[A-Za-z0-9:_\\@-][A-Za-z0-9:_.\\@-]{0,247}$)");
}

Schema unit_schema() {
    return string_like(R"(^[^/\u0000-\u001f\u007f]+\.service$)");
}

Schema abi_schema() {
    return integer_from(1, landlock::newest_abi);
}

Schema expected_abi_schema() {
    return integer_from(1, landlock::highest_abi);
}

Schema minimum_abi_schema() {
    return either({abi_schema(), one_of_words({"all"})});
}

std::string write_version() {
    return fmt::format("write version = {}", language_version);
}

std::string write_abi() {
    return fmt::format("write abi = {} or the Landlock ABI that the rules were tested with",
                       landlock::newest_abi);
}

}  // namespace

TableKeys setting_keys() {
    return {
        {"version", in_any | in_defaults, read_version,
         fixed([] { return integer_from(language_version, language_version); }),
         "of the policy language", in_any, write_version()},
        {"description", in_any, read_description, fixed(one_line), "what is fenced, in one line"},
        {"documentation", in_any, read_documentation, fixed([] { return array_of(one_line()); }),
         "where to read more: \"man:nginx(8)\", \"https://…\""},
        {"units", in_policy, read_units, fixed([] { return array_of(unit_schema()); }),
         "the units that the policy is written for"},
        {"extends", in_any, read_extends, fixed([] { return array_of(name_schema()); }),
         "abstractions whose rules are added: abstractions/NAME.toml"},
        {"abi", in_policy | in_abstraction, read_abi, fixed(abi_schema),
         "the Landlock ABI that the rules are written and tested for; newer rights are left alone",
         in_policy, write_abi()},
        {"minimum_abi", in_named | in_defaults, read_minimum_abi, fixed(minimum_abi_schema),
         "refuse to start on a kernel with less; \"all\": refuse unless all of it is enforced"},
        {"expected_abi", in_defaults, read_expected_abi, fixed(expected_abi_schema),
         "a kernel with less is reported: status and report call it and its fences degraded"},
        {"reports", in_defaults, read_reports, fixed([] {
             return array_of(one_of_words({"notify", "journal"}));
         }),
         "where wrappers say what they did: \"notify\" (systemctl status), \"journal\""},
        {"inherit", in_named, read_inherit, fixed(true_or_false),
         "allow what the unit's own settings name: its program, StateDirectory=, …"},
        {"trust_links", in_named, read_trust_links, fixed([] {
             return one_of_words({"others", "root"});
         }),
         "whose symbolic links a path may lead through: all but the service's, or root's alone"},
        {"forbid_landlock", in_named, read_forbid_landlock, fixed(true_or_false),
         "refuse further Landlock calls inside, with which the service could hide its denials"},
        {"stand_ins", in_named | in_defaults, read_stand_ins,
         fixed([] { return array_of(one_of_words({std::string(stand_in_sockets)})); }),
         "what systemd does where the kernel or `abi` is too old: \"sockets\"; [] is nothing"},
    };
}

}  // namespace ringfence::policy
