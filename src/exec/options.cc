// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/options.h"

namespace ringfence::exec {

using landlock::Access;

bool refuse_option(const Option& option, std::string_view why, Failure* failure) {
    failure->status = report::exit_refused;
    failure->text.clear();
    failure->text.add("option ").add(option.argument).add(": ").add(why);
    return false;
}

namespace {

struct Match {
    OptionKind kind;
    std::uint8_t index;
    bool takes_value;
};

bool find_row(std::string_view name, Match* ret) {
    // Most options are path rules, so their rows come first.
    std::uint8_t index = 0;
    for (const auto& group : landlock::path_groups) {
        if (landlock::same_text(group.option, name.data(), name.size())) {
            *ret = {OptionKind::path_group, index, true};
            return true;
        }
        ++index;
    }
    index = 0;
    for (const auto& group : landlock::port_groups) {
        if (landlock::same_text(group.option, name.data(), name.size())) {
            *ret = {OptionKind::port_group, index, true};
            return true;
        }
        ++index;
    }
    for (const OptionRow& row : option_rows)
        if (landlock::same_text(row.name, name.data(), name.size())) {
            *ret = {row.kind, 0, row.value[0] != '\0'};
            return true;
        }
    return false;
}

}  // namespace

bool parse_option(const char* argument, Option* ret, Failure* failure) {
    Option option = {OptionKind::refuse, 0, {}, argument};
    std::string_view rest = option.argument;
    if (!rest.starts_with("--"))
        return refuse_option(
            option, "options are --name=value, and \"--\" must stand before the program", failure);
    rest.remove_prefix(2);
    const bool has_value = contains(rest, '=');
    const std::string_view name = take_until(&rest, '=');
    Match match;
    if (!find_row(name, &match)) return refuse_option(option, "unknown option", failure);
    if (match.takes_value && !has_value)
        return refuse_option(option, "the value is missing", failure);
    if (!match.takes_value && has_value) return refuse_option(option, "it takes no value", failure);
    option.kind = match.kind;
    option.index = match.index;
    option.value = rest;
    *ret = option;
    return true;
}

bool parse_rights(const Option& option, std::string_view list, Access* ret, Failure* failure) {
    Access access;
    do {
        const std::string_view name = take_until(&list, ',');
        const landlock::Right* right = landlock::find_right(name.data(), name.size());
        if (right == nullptr) {
            refuse_option(option, "unknown right \"", failure);
            failure->text.add(name).add("\"");
            return false;
        }
        access |= right->access();
    } while (!list.empty());
    *ret = access;
    return true;
}

bool parse_path_rule(const Option& option, PathRule* ret, Failure* failure) {
    PathRule rule = {};
    std::string_view path = option.value;
    rule.group = option.kind == OptionKind::path_group;
    if (rule.group) rule.access = landlock::path_groups[option.index].access;
    if (option.kind == OptionKind::allow) {
        const std::string_view names = take_until(&path, ':');
        if (!parse_rights(option, names, &rule.access, failure)) return false;
        if ((rule.access.net | rule.access.scope) != 0)
            return refuse_option(option, "only fs rights apply to a path", failure);
    }
    rule.optional = path.starts_with('-');
    if (rule.optional) path.remove_prefix(1);
    if (!path.starts_with('/')) return refuse_option(option, "the path must be absolute", failure);
    rule.path = path.data();  // the end of the argument, so it ends in NUL
    // systemd puts variables and instance names into paths. Whoever chooses one must not leave the
    // directory that the policy names.
    if (climbs(rule.path))
        return refuse_option(option, "the path must not contain \"..\"", failure);
    // An empty variable, or an instance named ".", would make "/srv/${TENANT}" a rule on the data
    // of all tenants.
    if (lacks_a_name(rule.path))
        return refuse_option(
            option, "the path has an empty name or \".\" in it; has a variable no value?", failure);
    *ret = rule;
    return true;
}

bool parse_port_rule(const Option& option, PortRule* ret, Failure* failure) {
    std::string_view rest = option.value;
    const bool range = contains(rest, '-');
    const auto first = parse_number(take_until(&rest, '-'), 65535);
    const auto last = range ? parse_number(rest, 65535) : first;
    if (!first || !last)
        return refuse_option(option, "not a port or a range of ports from 0 to 65535", failure);
    if (*first > *last) return refuse_option(option, "the range ends before it starts", failure);
    *ret = {landlock::port_groups[option.index].access, static_cast<std::uint16_t>(*first),
            static_cast<std::uint16_t>(*last)};
    return true;
}

bool parse_scope(const Option& option, Access* ret, Failure* failure) {
    for (const auto& group : landlock::scope_groups)
        if (option.value == group.option) {
            *ret = group.access;
            return true;
        }
    return refuse_option(option, "no such scope; there are signal and abstract-unix-socket",
                         failure);
}

bool parse_capabilities(const Option& option, landlock::CapabilitySet* ret, Failure* failure) {
    landlock::CapabilitySet set = 0;
    std::string_view list = option.value;
    do {
        const std::string_view name = take_until(&list, ',');
        const landlock::Capability* row = landlock::find_capability(name.data(), name.size());
        if (row == nullptr) {
            refuse_option(option, "no capability that defeats a fence: \"", failure);
            failure->text.add(name).add("\"");
            return false;
        }
        set |= landlock::set_of(*row);
    } while (!list.empty());
    *ret = set;
    return true;
}

bool parse_stand_in(const Option& option, StandIn* ret, Failure* failure) {
    std::string_view path = option.value;
    StandIn stand_in = {};
    if (!parse_rights(option, take_until(&path, ':'), &stand_in.right, failure)) return false;
    const std::string_view check = take_until(&path, ':');
    if (check != "absent" && check != "mounted")
        return refuse_option(option, "not a check; there are absent and mounted", failure);
    stand_in.check = check == "absent" ? StandInCheck::absent : StandInCheck::mounted;
    if (!path.starts_with('/')) return refuse_option(option, "the path must be absolute", failure);
    stand_in.path = path.data();  // the end of the argument, so it ends in NUL
    *ret = stand_in;
    return true;
}

bool parse_hidden(const Option& option, Hidden* ret, Failure* failure) {
    std::string_view path = option.value;
    const std::string_view setting = take_until(&path, ':');
    if (setting.empty()) return refuse_option(option, "the setting is missing", failure);
    if (!path.starts_with('/')) return refuse_option(option, "the path must be absolute", failure);
    *ret = {setting, path};
    return true;
}

bool parse_words(const Option& option, const Word* words, std::size_t count, std::uint8_t* ret,
                 Failure* failure) {
    std::uint8_t mask = 0;
    std::string_view list = option.value;
    do {
        const std::string_view name = take_until(&list, ',');
        const Word* found = nullptr;
        for (std::size_t i = 0; i < count; ++i)
            if (name == words[i].text) found = &words[i];
        if (found == nullptr) {
            refuse_option(option, "unknown word \"", failure);
            failure->text.add(name).add("\"");
            return false;
        }
        mask |= found->mask;
    } while (!list.empty());
    *ret = mask;
    return true;
}

namespace {

void write_help_row(void (*write)(std::string_view), std::string_view name, std::string_view value,
                    std::string_view help) {
    constexpr std::size_t column = 36;
    Buffer<256> line;
    line.add("  --").add(name);
    if (!value.empty()) line.add("=").add(value);
    do
        line.put(' ');
    while (line.view().size() < column);
    line.add(help).put('\n');
    write(line.view());
}

}  // namespace

void write_help(void (*write)(std::string_view)) {
    write(
        "ringfence-exec [OPTION...] -- PROGRAM [ARGUMENT...]\n\n"
        "Restrict this process with Landlock and execute PROGRAM in it. A path with a leading "
        "\"-\"\n"
        "is skipped when it does not exist; a port may be a range FIRST-LAST.\n\n");
    for (const auto& group : landlock::path_groups)
        write_help_row(write, group.option, "PATH", group.help);
    for (const auto& group : landlock::port_groups)
        write_help_row(write, group.option, "PORT", group.help);
    for (const OptionRow& row : option_rows)
        write_help_row(write, row.name, row.value, row.help);
    write(
        "\nExit status: 64 no program given, 198 the kernel cannot enforce it, 199 refused or a\n"
        "bad option or rule, 203 the program could not be executed; otherwise the program's own.\n"
        "See ringfence-exec(1).\n");
}

}  // namespace ringfence::exec
