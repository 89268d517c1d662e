// SPDX-License-Identifier: LGPL-2.1-or-later
// Policies that are named by a file on the command line, or come on standard input.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "policy/resolve.h"

namespace ringfence::cli {

struct PolicyFile {
    std::string name;       ///< the file's, without ".toml"; "stdin"
    std::string file;       ///< as it was given; "<stdin>"
    std::string directory;  ///< absolute; empty for standard input
    std::string text;
};

/// Whether an operand means a file and not a name: it has a "/" or ends in ".toml", or is "-".
bool is_file_operand(const std::string& operand);

/// Errors: it cannot be read, is too long, or is no regular file, pipe or terminal.
Result<PolicyFile> read_policy_file(const std::string& operand);

/// `directory` (unless empty) before the others: what a policy extends may lie beside it.
policy::SearchPath search_beside(const std::string& directory, const policy::SearchPath& others);

}  // namespace ringfence::cli
