// SPDX-License-Identifier: LGPL-2.1-or-later
// What the shells offer for each argument and operand. The tables of verbs and options name these
// as
// --help does: "NAME", "POLICY|UNIT".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/verbs.h"

namespace ringfence::completion {

/// What stands at one place of the command line: a name of a list that each shell knows ("unit",
/// "policy", "right", "abi", "file", "directory"), or words.
struct Value {
    std::string list;                ///< empty: `words`, which may be none
    std::vector<std::string> words;  ///< what can stand here
};

/// Throws std::runtime_error if the table of arguments lacks the option's.
Value value_of(const cli::Option& option);

/// What an operand can be, from the text of the usage line.
std::vector<Value> operands_of(const cli::Verb& verb);

/// The words of these lists are in the scripts.
std::vector<std::string> right_names();
std::vector<std::string> abi_numbers();

/// A shell's 'quoted' word.
std::string quoted(std::string_view text);

/// The scripts.
std::string bash_script();
std::string zsh_script();
std::string fish_script();

}  // namespace ringfence::completion
