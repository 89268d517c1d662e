// SPDX-License-Identifier: LGPL-2.1-or-later
// Options are rows of a table. getopt_long(3), --help and the tests of the manuals use the same
// rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace ringfence::cli {

struct Option {
    const char* name;      ///< the long name without "--"
    char letter;           ///< the short name, or 0
    const char* argument;  ///< what --help calls the argument; nullptr: the option takes none
    const char* help;      ///< one line
    /// The words that the argument can be. Empty: any text is allowed.
    std::span<const char* const> choices = {};
};

// Options that several verbs have.
inline constexpr Option help_option = {"help", 'h', nullptr, "show this text"};
inline constexpr Option json_option = {"json", 0, nullptr, "print one JSON document"};
inline constexpr Option no_pager_option = {"no-pager", 0, nullptr,
                                           "do not pipe the output into a pager"};
inline constexpr Option output_option = {"output", 'o', "FILE",
                                         "write to this file, not to standard output"};

/// The long names of two options that cannot be given together.
struct Exclusion {
    const char* one;
    const char* other;
};

/// The allowed number of operands.
struct OperandCount {
    std::size_t least = 0;
    std::size_t most = SIZE_MAX;
};

/// The options and operands that a verb can have.
struct Syntax {
    std::span<const Option> options;
    std::span<const Exclusion> exclusions = {};
    const char* operands = "";  ///< as the usage line names them: "UNIT…"; empty: there are none
    OperandCount count = {};
};

struct GivenOption {
    std::string name;  ///< the row's name
    std::string value;
};

struct Arguments {
    std::vector<GivenOption> options;  ///< in the order given
    std::vector<std::string> operands;

    bool has(std::string_view name) const;
    /// The last given value, or `otherwise` if the option is not given.
    std::string value(std::string_view name, const char* otherwise = "") const;
    std::vector<std::string> values(std::string_view name) const;
};

/// Parses the words after a verb. Options and operands can be mixed, and "--" ends the options.
/// With --help, only the names of the options are checked.
/// Errors: one diagnostic whose message names the word, with a hint.
Result<Arguments> parse_arguments(const Syntax& syntax, const std::vector<std::string>& words);

/// The options as --help shows them, one a line.
std::string options_help(std::span<const Option> options);

}  // namespace ringfence::cli
