// SPDX-License-Identifier: LGPL-2.1-or-later
// Options from a table: the same rows drive getopt_long(3) and --help.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace ringfence::cli {

struct Option {
    const char* name;      ///< long name without "--"
    char letter;           ///< short name, or 0
    const char* argument;  ///< what --help calls its argument; nullptr: takes none
    const char* help;      ///< one line
};

struct GivenOption {
    std::string name;  ///< the row's name
    std::string value;
};

struct Arguments {
    std::vector<GivenOption> options;  ///< in the order given
    std::vector<std::string> operands;

    bool has(std::string_view name) const;
    /// The last value given; empty without.
    std::string value(std::string_view name) const;
    std::vector<std::string> values(std::string_view name) const;
};

/// Parses the words behind a verb. Options and operands may be mixed; "--" ends the options.
/// Errors: one diagnostic whose message names the word, with a hint.
Result<Arguments> parse_arguments(std::span<const Option> table,
                                  const std::vector<std::string>& words);

/// The options as --help shows them, a line each.
std::string options_help(std::span<const Option> table);

}  // namespace ringfence::cli
