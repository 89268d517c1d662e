// SPDX-License-Identifier: LGPL-2.1-or-later
// Opens the journals and logs that `ringfence denials` and `ringfence report` read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "journal/sd_source.h"
#include "journal/source.h"

namespace ringfence::cli {

/// Where the entries are. Without any names, they are in this machine's journal.
struct JournalChoice {
    std::string directory;
    std::vector<std::string> files;       ///< "-": standard input
    std::vector<std::string> audit_logs;  ///< "-": standard input

    /// Whether the choice is this machine's own journal.
    bool local() const { return directory.empty() && files.empty() && audit_logs.empty(); }
};

struct OpenedSource {
    std::unique_ptr<journal::Source> source;
    bool pids_comparable = false;  ///< attribution.h, rule 4
    std::string note;              ///< what the reader should know about it; may be empty
};

/// Opens everything that `choice` names, or this machine's journal. Errors: something cannot be
/// opened, or the named files cannot be read together.
Result<OpenedSource> open_source(const JournalChoice& choice);

/// The journal for --follow: this machine's, or the one in a directory.
struct OpenedLiveSource {
    std::unique_ptr<journal::LiveSource> source;
    bool pids_comparable = false;
};
Result<OpenedLiveSource> open_live_source(const JournalChoice& choice);

}  // namespace ringfence::cli
