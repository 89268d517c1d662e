// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/verbs.h"

#include <fmt/format.h>

namespace ringfence::cli {

namespace {

constexpr const Verb* all_verbs[] = {
    &enable_verb,  &disable_verb, &status_verb, &show_verb,   &check_verb,  &diff_verb,
    &denials_verb, &import_verb,  &export_verb, &report_verb, &doctor_verb,
};

}  // namespace

std::span<const Verb* const> verbs() {
    return all_verbs;
}

std::string help_of(const Verb& verb) {
    const std::string space = *verb.syntax.operands == '\0' ? "" : " ";
    std::string text =
        fmt::format("Usage: ringfence {} [OPTION…]{}{}\n\n{}\n\nOptions:\n{}", verb.name, space,
                    verb.syntax.operands, verb.description, options_help(verb.syntax.options));
    text += "\nExit status:\n";
    for (const ExitStatus& row : verb.statuses)
        text += fmt::format("  {}  {}\n", row.status, row.meaning);
    if (verb.appendix != nullptr) text += "\n" + verb.appendix();
    return text + fmt::format("\n{} has more.\n", verb.manual);
}

}  // namespace ringfence::cli
