// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show/kernel_text.h"

#include <fmt/format.h>

#include "cli/show/rule_table.h"
#include "cli/show/words.h"
#include "landlock/rights.h"
#include "policy/judge/judge.h"
#include "policy/model/right_names.h"

namespace ringfence::cli {

namespace {

// A line for each right: its name, the ABI that brought it, what it is.
std::string rights_lines(const landlock::Access& access) {
    std::string text;
    for (const landlock::Right& right : landlock::rights)
        if (access.contains(right.access()))
            text += fmt::format("   {:<27} ABI {:<2}  {}\n", right.name, right.abi, right.help);
    return text;
}

policy::Enforcement enforcement_on(const ShownKernel& kernel, const policy::Rules& rules) {
    return policy::Judge(rules, kernel.abi).enforcement(kernel.expected_abi);
}

}  // namespace

std::string kernel_line(const policy::Rules& rules, const ShownKernel& kernel) {
    const policy::Enforcement enforcement = enforcement_on(kernel, rules);
    std::string text = fmt::format("ABI {}: {}", kernel.abi, word_of(enforcement));
    if (!enforcement.starts()) return text + ": " + refusal_of(enforcement, rules);
    if (!enforcement.unenforced.empty())
        text += "; too old for " + policy::joined_right_names(enforcement.unenforced);
    return text;
}

std::string kernel_text(const policy::Rules& rules, const ShownKernel& kernel,
                        const Terminal& terminal) {
    const policy::Enforcement enforcement = enforcement_on(kernel, rules);
    std::string text =
        section_title(fmt::format("On {} with Landlock ABI {}: {}",
                                  kernel.running ? "this machine's kernel" : "a kernel", kernel.abi,
                                  enforcement.starts() ? word_of(enforcement) : "refuses to start"),
                      terminal);
    const std::string why = refusal_of(enforcement, rules);
    if (!why.empty()) text += fmt::format("  {}\n", why);
    if (enforcement.outcome == policy::Enforcement::Outcome::degraded)
        text += fmt::format("  expected_abi is {}\n", kernel.expected_abi);
    if (!enforcement.unenforced.empty()) {
        text += enforcement.starts() ? "  It does not know these, so all of them is allowed:\n"
                                     : "  It does not know these:\n";
        text += rights_lines(enforcement.unenforced);
    }
    if (enforcement.denies_refer)
        text +=
            "  It denies fs.refer (renaming and linking between directories) whatever the rules "
            "say.\n";
    return text;
}

std::string waiting_text(const policy::Rules& rules, const Terminal& terminal) {
    const landlock::Access waiting = policy::Judge(rules).waiting();
    if (waiting.empty()) return "";
    return section_title(fmt::format("Newer than the policy (abi = {}), so not restricted",
                                     rules.layers.front().abi),
                         terminal) +
           rights_lines(waiting);
}

}  // namespace ringfence::cli
