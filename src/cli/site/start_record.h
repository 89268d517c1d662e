// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads which fence systemd started a unit with.
//
// The generator's drop-in has LogExtraFields=LANDLOCK_FENCE=DIGEST beside the commands. Process 1
// writes these fields to /run/systemd/units, for journald, before it executes the first command of
// a start. Measured with systemd 252, 257 and 262: a reload, daemon-reexec and RELOADING=1 leave
// the file as it is. Only root can write there, so the file says what no service can choose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/root.h"
#include "cli/site/manager.h"

namespace ringfence::cli {

/// The digest of the fence that systemd had loaded when it started the unit. Empty if it is not
/// known: the unit has no fence, a user's manager started it (these have no such files), or the
/// file is not of this start.
std::string recorded_digest(const Root& root, const LoadedUnit& unit);

/// The digest in the text of such a file: fields, each after its length in 8 bytes, least
/// significant first. Empty if the text is not of this form. Of several digests, the last counts.
std::string digest_in_fields(std::string_view text);

}  // namespace ringfence::cli
