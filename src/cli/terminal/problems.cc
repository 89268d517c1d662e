// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/problems.h"

#include <cstdio>
#include <exception>
#include <string>

#include "cli/terminal/diagnostic_text.h"
#include "cli/terminal/exit_status.h"
#include "cli/terminal/terminal.h"

namespace ringfence::cli {

void print_note(std::string_view text) noexcept {
    try {
        const std::string line = "ringfence: " + visible(text) + "\n";
        std::fputs(line.c_str(), stderr);
    } catch (const std::exception&) {
        std::fputs("ringfence: out of memory\n", stderr);
    }
}

void print_problems(const Diagnostics& problems) {
    for (const Diagnostic& problem : problems)
        print_note(to_string(problem));
}

void print_excerpts(const Root& root, const Diagnostics& problems) {
    DiagnosticText renderer(root, standard_error());
    const char* between = "";
    for (const Diagnostic& problem : problems) {
        if (problem.where.line == 0) {
            print_note(to_string(problem));
        } else {
            std::fputs((between + renderer.render(problem)).c_str(), stderr);
            between = "\n";
        }
    }
}

int failed(const Diagnostics& problems) {
    print_problems(problems);
    return exit_failure;
}

int misused(const Diagnostics& problems) {
    print_problems(problems);
    return exit_usage;
}

}  // namespace ringfence::cli
