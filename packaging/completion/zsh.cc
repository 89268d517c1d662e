// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "packaging/completion/values.h"
#include "policy/resolve/search_path.h"

namespace ringfence::completion {

namespace {

constexpr char zsh_head[] = R"ZSH(#compdef ringfence
# zsh completion for ringfence(1), made from its tables of verbs and options

_ringfence_unit() {
    local -a words
    words=(${${(f)"$(systemctl list-unit-files --type=service --no-legend --no-pager --plain 2>/dev/null
        systemctl list-units --all --type=service --no-legend --no-pager --plain 2>/dev/null)"}%% *})
    compadd -a words
}
_ringfence_file() { _files }
_ringfence_directory() { _files -/ }
_ringfence_nothing() { _message "$1" }
)ZSH";

// In a specification of _arguments, these have a meaning.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_list(const char* name, const std::vector<std::string>& words) {
    return fmt::format("_ringfence_{}() {{ compadd {} }}\n", name, fmt::join(words, " "));
}

std::string zsh_policies() {
    return fmt::format(R"(_ringfence_policy() {{
    local -a words
    words=({{{}}}/*.toml(N:t:r))
    compadd -a words
}}
)",
                       fmt::join(policy::system_search_path(), ","));
}

std::string action_of(const Value& value) {
    return value.list.empty() ? fmt::format("({})", fmt::join(value.words, " "))
                              : "_ringfence_" + value.list;
}

std::string specification(const cli::Option& option) {
    const bool takes = option.argument != nullptr;
    const std::string rest =
        fmt::format("[{}]", escaped(option.help)) +
        (takes ? fmt::format(":{}:{}", option.argument, action_of(value_of(option))) : "");
    std::string text =
        "            " + quoted(fmt::format("*--{}{}{}", option.name, takes ? "=" : "", rest));
    if (option.letter != 0)
        text += " \\\n            " +
                quoted(fmt::format("*-{}{}{}", option.letter, takes ? "+" : "", rest));
    return text + " \\\n";
}

std::string operand_specification(const cli::Verb& verb) {
    std::string actions;
    for (const Value& value : operands_of(verb))
        actions += (actions.empty() ? "" : "; ") + action_of(value);
    return actions.empty() ? "" : "            " + quoted("*:operand:{" + actions + "}") + " \\\n";
}

std::string verb_case(const cli::Verb& verb) {
    std::string text = fmt::format("        {})\n            _arguments -s \\\n", verb.name);
    for (const cli::Option& option : verb.syntax.options)
        text += specification(option);
    text += operand_specification(verb);
    text.resize(text.size() - 3);  // the last " \" and the end of the line
    return text + "\n            ;;\n";
}

std::string verb_array() {
    std::string text = "    local -a verbs=(\n";
    for (const cli::Verb* verb : cli::verbs())
        text += "        " + quoted(fmt::format("{}:{}", verb->name, escaped(verb->help))) + "\n";
    return text + "    )\n";
}

}  // namespace

std::string zsh_script() {
    std::string text = zsh_head + zsh_policies() + zsh_list("right", right_names()) +
                       zsh_list("abi", abi_numbers());
    text +=
        "\n_ringfence() {\n    local curcontext=$curcontext state line\n    typeset -A opt_args\n" +
        verb_array() +
        R"(    _arguments -C '(- *)'{-h,--help}'[show the verbs]' '(- *)--version[show the version]' \
        '1:verb:->verb' '*::argument:->argument'
    case $state in
    verb) _describe verb verbs ;;
    argument)
        case $words[1] in
)";
    for (const cli::Verb* verb : cli::verbs())
        text += verb_case(*verb);
    return text + "        esac\n        ;;\n    esac\n}\n\n_ringfence \"$@\"\n";
}

}  // namespace ringfence::completion
