// SPDX-License-Identifier: LGPL-2.1-or-later
// What `ringfence denials` was asked for.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/arguments.h"
#include "journal/review.h"

namespace ringfence::cli {

struct DenialsRequest {
    std::string directory;
    std::vector<std::string> files;       ///< "-": standard input
    std::vector<std::string> audit_logs;  ///< "-": standard input
    std::string root = "/";               ///< of the policies, for --suggest and --apply
    bool user = false;
    bool boot = false, follow = false, verbose = false, summary = false, json = false;
    bool suggest = false, apply = false, undo = false, force = false;
    bool exit_code = false, paged = true, help = false;
    journal::ReviewOptions review;  ///< with the filter

    /// This machine's own journal.
    bool local() const { return directory.empty() && files.empty() && audit_logs.empty(); }
};

std::span<const Option> denials_options();

/// Errors: options that are unknown or make no sense together.
Result<DenialsRequest> read_denials_request(const std::vector<std::string>& words,
                                            journal::Time now);

}  // namespace ringfence::cli
