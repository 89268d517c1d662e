// SPDX-License-Identifier: LGPL-2.1-or-later
// How fenced units started: the wrapper's reports, one row a unit.
//
// A service may send records that look like the wrapper's, journald vouches for its unit only. So
// of one invocation the worst report counts: the wrapper reports before the service runs, and
// nothing the service sends can better that.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "journal/source.h"

namespace ringfence::journal {

/// Better first.
enum class StartStatus : std::uint8_t { enforced, degraded, refused };

const char* name_of(StartStatus status);

/// The latest invocation of a unit, and how many there were.
struct UnitStarts {
    std::string machine;  ///< machine ID
    std::string host;     ///< host name, as journald had it last
    Unit unit;
    StartStatus status = StartStatus::enforced;
    Time time;  ///< of the last report
    std::string policy;
    std::string digest;
    int abi = 0;                                            ///< the kernel's
    std::set<std::string> unenforced;                       ///< rights that were asked for
    std::string error;                                      ///< why it was refused
    std::uint64_t enforced = 0, degraded = 0, refused = 0;  ///< invocations in the period
};

struct Starts {
    std::vector<UnitStarts> units;   ///< sorted by host, machine, unit
    std::uint64_t without_unit = 0;  ///< reports that journald found no unit for
};

/// The latest invocation up to `until`, however long ago it began: services run for months. Starts
/// are counted from `since` on. Errors: those of the source.
Result<Starts> read_starts(Source& source, Time since, Time until);

}  // namespace ringfence::journal
