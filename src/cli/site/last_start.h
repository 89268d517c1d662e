// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds out how a unit was started last, from what systemd says and from the wrapper's report.
//
// The fields of a report are words of its sender, and every process of the unit can send one. So a
// report counts only if something else shows that the unit was started through the wrapper:
//
//  - systemd still knows the process of the loaded command. It forgets that at a reload.
//  - Or systemd recorded the digest of the fence at the start (start_record.h). Reports with
//    another digest do not count.
//
// A user's manager makes no such records, so after a reload nothing shows a start there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/site/manager.h"
#include "journal/wrapper_report.h"

namespace ringfence::cli {

/// What shows that a start ran through the wrapper. The later, the stronger.
enum class StartProof : std::uint8_t {
    none,      ///< nothing but words
    recorded,  ///< systemd recorded the digest that it had loaded
    command,   ///< systemd executed the loaded command, so the digest is that of the command
};

struct LastStart {
    StartProof proof = StartProof::none;
    std::string digest;  ///< the recorded one
    std::optional<journal::WrapperReport> report;
    /// A report was left out, because it was sent long after the start.
    bool late_report = false;
};

/// What is known of a start besides the unit's own properties.
struct StartFacts {
    std::uint64_t request = 0;  ///< the last change of the files that ask for the fence, usec
    std::string recorded;       ///< the digest that systemd recorded; empty if it is not known
};

/// Whether the start of the unit ran through the wrapper.
StartProof proof_of(const LoadedUnit& unit, const StartFacts& facts);

/// Chooses the report of the start. `reports`: all of the invocation, the oldest first.
LastStart choose_report(const std::vector<journal::WrapperReport>& reports, const LoadedUnit& unit,
                        const StartFacts& facts);

/// The last change of the files that ask for the unit's fence, and of the directories of its
/// drop-ins. The latest possible time if something cannot be read.
std::uint64_t request_time(const LoadedUnit& unit);

}  // namespace ringfence::cli
