// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of verbs: `ringfence VERB`, --help and the check for misspelt verbs all read it.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace ringfence::cli {

struct Verb {
    const char* name;
    const char* synopsis;  ///< of its arguments
    const char* help;      ///< one line
    /// Gets the words behind the verb, prints what it has to say and returns an exit status.
    int (*run)(const std::vector<std::string>& words);
};

/// In the order of --help.
std::span<const Verb> verbs();

// One file a verb: denials.cc, …
int run_check(const std::vector<std::string>& words);
int run_denials(const std::vector<std::string>& words);
int run_diff(const std::vector<std::string>& words);
int run_disable(const std::vector<std::string>& words);
int run_doctor(const std::vector<std::string>& words);
int run_enable(const std::vector<std::string>& words);
int run_report(const std::vector<std::string>& words);
int run_show(const std::vector<std::string>& words);
int run_status(const std::vector<std::string>& words);

}  // namespace ringfence::cli
