// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "packaging/completion/values.h"
#include "policy/resolve/search_path.h"

namespace ringfence::completion {

namespace {

constexpr char bash_head[] =
    R"(# bash completion for ringfence(1), made from its tables of verbs and options
# shellcheck shell=bash

_ringfence_unit() {
    systemctl list-unit-files --type=service --no-legend --no-pager --plain 2>/dev/null | cut -d ' ' -f 1
    systemctl list-units --all --type=service --no-legend --no-pager --plain 2>/dev/null | cut -d ' ' -f 1
}

# _ringfence_offer CURRENT WORD…: those that begin with what is typed; "--option=" wants its value.
_ringfence_offer() {
    local current=$1 word
    shift
    for word; do
        [[ $word != "$current"* ]] || COMPREPLY+=("$word")
    done
    [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace
}

# _ringfence_list CURRENT LIST…
_ringfence_list() {
    local current=$1 list words
    shift
    for list; do
        case $list in
        file | directory)
            compopt -o filenames
            mapfile -t words < <(compgen -A "$list" -- "$current")
            COMPREPLY+=("${words[@]}")
            ;;
        nothing) ;;
        *)
            mapfile -t words < <("_ringfence_$list" | sort -u)
            _ringfence_offer "$current" "${words[@]}"
            ;;
        esac
    done
}
)";

constexpr char bash_tail[] = R"(
_ringfence() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]}
    COMPREPLY=()
    # bash makes a word of its own of a "=".
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if ((COMP_CWORD == 1)); then
        _ringfence_offer "$current" "${_ringfence_verbs[@]}"
    elif ! _ringfence_value "$verb $previous" "$current"; then
        if [[ $current == -* ]]; then
            _ringfence_options "$verb" "$current"
        else
            _ringfence_operands "$verb" "$current"
        fi
    fi
}

complete -F _ringfence ringfence
)";

std::string bash_list(const char* name, const std::vector<std::string>& words) {
    return fmt::format("_ringfence_{}() {{ printf '%s\\n' {}; }}\n", name, fmt::join(words, " "));
}

std::string bash_policies() {
    return fmt::format(R"(_ringfence_policy() {{
    local file
    for file in {{{}}}/*.toml; do
        [[ ! -e $file ]] || basename "$file" .toml
    done
}}
)",
                       fmt::join(policy::system_search_path(), ","));
}

std::string verb_list() {
    std::string words;
    for (const cli::Verb* verb : cli::verbs())
        words += std::string(verb->name) + " ";
    return fmt::format("_ringfence_verbs=({}--help --version)\n", words);
}

std::string value_case(const cli::Verb& verb, const cli::Option& option) {
    std::string names = fmt::format("\"{} --{}\"", verb.name, option.name);
    if (option.letter != 0) names += fmt::format(" | \"{} -{}\"", verb.name, option.letter);
    const Value value = value_of(option);
    return value.list.empty()
               ? fmt::format("    {}) _ringfence_offer \"$2\" {} ;;\n", names,
                             fmt::join(value.words, " "))
               : fmt::format("    {}) _ringfence_list \"$2\" {} ;;\n", names, value.list);
}

std::string values() {
    std::string text = "\n_ringfence_value() {\n    case $1 in\n";
    for (const cli::Verb* verb : cli::verbs())
        for (const cli::Option& option : verb->syntax.options)
            if (option.argument != nullptr) text += value_case(*verb, option);
    return text + "    *) return 1 ;;\n    esac\n    return 0\n}\n";
}

std::string options() {
    std::string text = "\n_ringfence_options() {\n    case $1 in\n";
    for (const cli::Verb* verb : cli::verbs()) {
        std::string words;
        for (const cli::Option& option : verb->syntax.options)
            words += fmt::format(" --{}{}", option.name, option.argument != nullptr ? "=" : "");
        text += fmt::format("    {}) _ringfence_offer \"$2\"{} ;;\n", verb->name, words);
    }
    return text + "    esac\n}\n";
}

std::string operands() {
    std::string text = "\n_ringfence_operands() {\n    case $1 in\n";
    for (const cli::Verb* verb : cli::verbs()) {
        std::string lists;
        for (const Value& value : operands_of(*verb))
            lists += " " + value.list;
        if (!lists.empty())
            text += fmt::format("    {}) _ringfence_list \"$2\"{} ;;\n", verb->name, lists);
    }
    return text + "    esac\n}\n";
}

}  // namespace

std::string bash_script() {
    return bash_head + bash_policies() + bash_list("right", right_names()) +
           bash_list("abi", abi_numbers()) + verb_list() + values() + options() + operands() +
           bash_tail;
}

}  // namespace ringfence::completion
