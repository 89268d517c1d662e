// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads from the wrapper's reports how fenced units started. The result has one row for each unit.
//
// A service may send records that look like the wrapper's, since journald only guarantees the unit
// of a record. The wrapper reports before the service runs, so the first report of an invocation
// counts. A later one can only say that the start was refused.
//
// A unit without a fence can send a report, too, and the journal does not tell: when journald looks
// for the sender's program, the wrapper is already gone in four of five starts (measured). Only the
// machine that the unit runs on knows how it was started.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "journal/source.h"

namespace ringfence::journal {

/// From the best status to the worst.
enum class StartStatus : std::uint8_t { enforced, degraded, refused };

const char* name_of(StartStatus status);

/// The latest invocation of a unit, and the numbers of its invocations.
struct UnitStarts {
    std::string machine;  ///< machine ID
    std::string host;     ///< host name, as journald had it last
    Unit unit;
    StartStatus status = StartStatus::enforced;
    Time time;  ///< of the report
    Id boot = {};
    std::string policy;
    std::string digest;
    int abi = 0;                                            ///< the kernel's; 0: not known
    std::vector<std::string> unenforced;                    ///< rights, by their names in rights.h
    std::string error;                                      ///< why it was refused
    std::uint64_t enforced = 0, degraded = 0, refused = 0;  ///< invocations in the period
};

struct Starts {
    std::vector<UnitStarts> units;   ///< sorted by host, machine, unit
    std::uint64_t without_unit = 0;  ///< reports that journald found no unit for
    std::uint64_t left_out = 0;      ///< reports of further units, beyond the limit of memory
};

/// What is known of kernels besides the words of reports.
struct KernelFacts {
    int expected_abi = 0;  ///< the ABI that every kernel should have; 0: none is expected
    /// The running kernel. A report of this boot cannot say that its kernel was older.
    Id boot = {};
    int abi = 0;
};

/// Finds the latest invocation of each unit up to `until`. It may have begun before `since`,
/// because services run for months. Only starts from `since` on are counted. Errors: those of the
/// source.
Result<Starts> read_starts(Source& source, Time since, Time until, const KernelFacts& facts = {});

}  // namespace ringfence::journal
