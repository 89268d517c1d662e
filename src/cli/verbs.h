// SPDX-License-Identifier: LGPL-2.1-or-later
// The verbs of ringfence(1). The room of each verb defines its row. main(), --help, the completions
// and the tests of the manuals read the rows.
#pragma once

#include <span>
#include <string>

#include "cli/terminal/arguments.h"
#include "cli/terminal/exit_status.h"

namespace ringfence::cli {

struct Verb {
    const char* name;
    const char* help;         ///< one line, for `ringfence --help`
    const char* description;  ///< what `ringfence VERB --help` says below the usage line
    Syntax syntax;
    std::span<const ExitStatus> statuses;
    const char* manual;  ///< "ringfence-check(1)"
    /// Does the verb's work, prints its output and returns an exit status.
    int (*run)(const Arguments& arguments);
    /// The text at the end of --help. nullptr: there is none.
    std::string (*appendix)() = nullptr;
};

extern const Verb check_verb;
extern const Verb denials_verb;
extern const Verb diff_verb;
extern const Verb disable_verb;
extern const Verb doctor_verb;
extern const Verb enable_verb;
extern const Verb export_verb;
extern const Verb import_verb;
extern const Verb report_verb;
extern const Verb show_verb;
extern const Verb status_verb;

/// All verbs, in the order of --help.
std::span<const Verb* const> verbs();

/// What `ringfence VERB --help` prints.
std::string help_of(const Verb& verb);

}  // namespace ringfence::cli
