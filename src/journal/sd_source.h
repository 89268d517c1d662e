// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads journal entries with libsystemd (sd-journal(3)).
//
// The journal's index selects the entries (sd_journal_add_match(3)), and only the needed fields of
// an entry are read. The time therefore depends on the number of selected records, not on the size
// of the journal.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/source.h"

namespace ringfence::journal {

/// This machine's journal, of the system and of the calling user. Errors: no file of it may be
/// read.
Result<std::unique_ptr<Source>> open_local_journal();

/// The journal files in a directory, and in its subdirectories whose names are machine IDs.
Result<std::unique_ptr<Source>> open_journal_directory(const std::string& directory);

/// The journal in the given files.
Result<std::unique_ptr<Source>> open_journal_files(const std::vector<std::string>& files);

/// A journal that is being written.
class LiveSource : public Source {
  public:
    /// Goes to the first entry at or after `since`. Entries of all passes but losses are selected.
    /// next() then delivers entries as they are written, and false means that there is none yet.
    virtual Result<void> follow(Time since, const std::optional<Id>& boot) = 0;

    /// Waits until something is written, but not longer than `longest`. Errors: those of
    /// sd_journal_wait(3).
    virtual Result<void> wait(std::chrono::microseconds longest) = 0;
};

/// Like open_local_journal() and open_journal_directory(), but a journal that has no file yet is
/// not an error.
Result<std::unique_ptr<LiveSource>> open_live_journal();
Result<std::unique_ptr<LiveSource>> open_live_directory(const std::string& directory);

/// The boot ID of the running kernel (sd_id128_get_boot(3)).
Result<Id> current_boot();

}  // namespace ringfence::journal
