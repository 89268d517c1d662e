// SPDX-License-Identifier: LGPL-2.1-or-later
// Journal entries read with libsystemd (sd-journal(3)).
//
// Entries are selected by the journal's own index (sd_journal_add_match(3)) and of each only the
// fields asked for are read, so that time goes with the records wanted, not with the journal's
// size.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/source.h"

namespace ringfence::journal {

/// This machine's own journal, of the system and of the calling user. Errors: none may be read.
Result<std::unique_ptr<Source>> open_local_journal();

/// The journal files in a directory and in its subdirectories named by machine ID.
Result<std::unique_ptr<Source>> open_journal_directory(const std::string& directory);

/// Single journal files.
Result<std::unique_ptr<Source>> open_journal_files(const std::vector<std::string>& files);

/// A journal that is being written.
class LiveSource : public Source {
  public:
    /// Goes to the first entry at or after `since`, of those of all passes but losses; then next()
    /// delivers them as they come, false meaning "not yet".
    virtual Result<void> follow(Time since, const std::optional<Id>& boot) = 0;

    /// Waits until something was written, or for that long. Errors: those of sd_journal_wait(3).
    virtual Result<void> wait(std::chrono::microseconds longest) = 0;
};

/// As open_local_journal() and open_journal_directory(); a journal without files yet is no error.
Result<std::unique_ptr<LiveSource>> open_live_journal();
Result<std::unique_ptr<LiveSource>> open_live_directory(const std::string& directory);

/// The boot ID of the running kernel (sd_id128_get_boot(3)).
Result<Id> current_boot();

}  // namespace ringfence::journal
