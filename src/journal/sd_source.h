// SPDX-License-Identifier: LGPL-2.1-or-later
// Journal entries read with libsystemd (sd-journal(3)).
//
// Entries are selected by the journal's own index (sd_journal_add_match(3)) and of each only the
// fields asked for are read, so that time goes with the records wanted, not with the journal's
// size.
#pragma once

#include <memory>
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

/// The boot ID of the running kernel (sd_id128_get_boot(3)).
Result<Id> current_boot();

}  // namespace ringfence::journal
