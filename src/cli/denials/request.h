// SPDX-License-Identifier: LGPL-2.1-or-later
// What the command line of `ringfence denials` asks for.
#pragma once

#include <set>
#include <string>

#include "base/diagnostic.h"
#include "cli/denials/apply.h"
#include "cli/site/journal_source.h"
#include "cli/terminal/arguments.h"
#include "journal/review.h"

namespace ringfence::cli {

enum class DenialsTask { show, follow, suggest, apply, undo };

enum class DenialsForm { table, details, summary, json };

struct DenialsRequest {
    DenialsTask task = DenialsTask::show;
    DenialsForm form = DenialsForm::table;
    JournalChoice choice;
    journal::ReviewOptions review;  ///< with the filter
    bool current_boot = false;
    std::set<std::string> forced;  ///< paths, for --suggest and --apply
};

/// Errors: an option has a value that it cannot have, or options make no sense together.
Result<DenialsRequest> read_denials_request(const Arguments& arguments, Time now);

}  // namespace ringfence::cli
