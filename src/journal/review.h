// SPDX-License-Identifier: LGPL-2.1-or-later
// A whole review: entries of a source → denials with the unit whose fence denied them.
//
// Two passes over the source. A domain is announced with its first denial and the wrapper reports
// when the service starts, both maybe long before the time asked for: so identities are read
// without limits of time, which is cheap (a few records a service start), and denials within them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "journal/attribution.h"
#include "journal/denial.h"
#include "journal/source.h"

namespace ringfence::journal {

/// Equal denials of one unit (or, without a unit, of one creator of domains) on one machine.
struct Denial {
    Attribution attribution;
    std::string machine;  ///< machine ID
    std::string host;     ///< host name, as journald had it last
    DenialKey what;
    Tally tally;

    /// The denied program: from the event when its SYSCALL record is there, else what the wrapper
    /// executed.
    const std::string& program() const { return what.exe.empty() ? attribution.program : what.exe; }
};

struct Review {
    std::vector<Denial> denials;       ///< with a unit; sorted by machine, unit, first time
    std::vector<Denial> unattributed;  ///< without; sorted by reason, machine, first time
    std::uint64_t records = 0;         ///< access records read
    std::uint64_t malformed = 0;       ///< Landlock records that could not be parsed
};

struct ReviewOptions {
    Time since = Time::min();
    Time until = Time::max();
    std::optional<Id> boot;
    bool pids_comparable = false;  ///< attribution.h, rule 4
};

/// Errors: those of the source.
Result<Review> review(Source& source, const ReviewOptions& options);

}  // namespace ringfence::journal
