// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "packaging/completion/values.h"
#include "policy/resolve/search_path.h"

namespace ringfence::completion {

namespace {

constexpr char fish_head[] =
    R"(# fish completion for ringfence(1), made from its tables of verbs and options

function __ringfence_unit
    systemctl list-unit-files --type=service --no-legend --no-pager --plain 2>/dev/null | string split -f 1 ' '
    systemctl list-units --all --type=service --no-legend --no-pager --plain 2>/dev/null | string split -f 1 ' '
end

function __ringfence_verb
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test "$words[2]" = "$argv[1]"
end

function __ringfence_no_verb
    test (count (commandline -opc)) -eq 1
end
)";

// fish knows two escapes in single quotes: \' and \\.
std::string fish_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

std::string fish_list(const char* name, const std::vector<std::string>& words) {
    return fmt::format("\nfunction __ringfence_{}\n    printf '%s\\n' {}\nend\n", name,
                       fmt::join(words, " "));
}

std::string fish_policies() {
    return fmt::format(
        "\nfunction __ringfence_policy\n    for file in {}/*.toml\n        basename $file .toml\n  "
        "  "
        "end\nend\n",
        fmt::join(policy::system_search_path(), "/*.toml "));
}

// What follows the option or stands for an operand.
std::string arguments_of(const Value& value) {
    if (value.list == "file") return " -F";
    if (value.list == "nothing") return " -f";
    if (value.list == "directory") return " -f -a '(__fish_complete_directories)'";
    const std::string words = value.list.empty() ? fmt::format("{}", fmt::join(value.words, " "))
                                                 : fmt::format("(__ringfence_{})", value.list);
    return " -f -a " + fish_quoted(words);
}

std::string option_line(const std::string& start, const cli::Option& option) {
    std::string text = fmt::format("{} -l {}", start, option.name);
    if (option.letter != 0) text += fmt::format(" -s {}", option.letter);
    if (option.argument != nullptr) text += " -r" + arguments_of(value_of(option));
    return text + " -d " + fish_quoted(option.help) + "\n";
}

std::string verb_lines(const cli::Verb& verb) {
    std::string text = fmt::format("\ncomplete -c ringfence -n __ringfence_no_verb -a {} -d {}\n",
                                   verb.name, fish_quoted(verb.help));
    const std::string start =
        fmt::format("complete -c ringfence -n '__ringfence_verb {}'", verb.name);
    for (const cli::Option& option : verb.syntax.options)
        text += option_line(start, option);
    for (const Value& value : operands_of(verb))
        text += start + arguments_of(value) + "\n";
    return text;
}

}  // namespace

std::string fish_script() {
    std::string text = fish_head + fish_policies() + fish_list("right", right_names()) +
                       fish_list("abi", abi_numbers());
    text +=
        "\ncomplete -c ringfence -f\n"
        "complete -c ringfence -n __ringfence_no_verb -l help -s h -d 'show the verbs'\n"
        "complete -c ringfence -n __ringfence_no_verb -l version -d 'show the version'\n";
    for (const cli::Verb* verb : cli::verbs())
        text += verb_lines(*verb);
    return text;
}

}  // namespace ringfence::completion
