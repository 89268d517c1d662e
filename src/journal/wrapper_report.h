// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the wrapper's journal records (landlock/report.h), with the fields that journald itself
// sets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/source.h"

namespace ringfence::journal {

struct WrapperReport {
    Id boot = {};
    Time time{};

    // Fields that journald sets (systemd.journal-fields(7), "Trusted Journal Fields").
    Unit unit;
    std::string invocation;            ///< of the start, 32 hex digits
    std::optional<std::int64_t> pid;   ///< in journald's PID namespace
    std::optional<std::uint32_t> uid;  ///< in journald's user namespace
    std::string exe;                   ///< often already the service's, since journald looks late

    // Fields that the sender sets.
    std::string tag;
    std::string policy;
    std::string digest;
    std::string program;
    unsigned layers = 0;                  ///< domains that the wrapper entered; 0 if it refused
    int abi = 0;                          ///< the kernel's; 0: the report does not say it
    std::string status;                   ///< as status_field() says
    std::vector<std::string> unenforced;  ///< names of rights
    std::vector<std::string> stood_in;    ///< rights for which something else stands in
    std::string error;  ///< why the start was refused, or the program not executed
};

/// Whether this is one of the wrapper's MESSAGE_IDs.
bool is_wrapper_message(std::string_view message_id);

/// Reads the current entry of `source`. Nothing if its LANDLOCK_TAG= is missing or has a wrong
/// form.
std::optional<WrapperReport> read_wrapper_report(Source& source);

/// Reads the wrapper's line on a stream of the journal (landlock/report.h) from the current entry.
/// Every process of the unit can write such a line, so it has no status.
std::optional<WrapperReport> read_wrapper_line(Source& source);

/// The reports about one start of a unit, the oldest first. journald itself assigns them
/// to the start. `invocation`: 32 hex digits.
Result<std::vector<WrapperReport>> reports_of(Source& source, const std::string& invocation,
                                              const std::string& system_unit);

/// Whether the path of an executable is the wrapper's, in whatever directory it is installed.
bool is_wrapper(std::string_view exe);

// What a report says, if it is something that the wrapper can say. Everybody can send reports, and
// their texts are kept and shown.

/// "enforced", "degraded" or "refused"; another text for a record that is none of the wrapper's.
///
/// Earlier wrappers said "degraded" whenever the kernel was too old for a right. So this is not the
/// word in LANDLOCK_STATUS= but what the other fields come to: a start is degraded if a right is
/// not enforced that a kernel of this ABI, or of `known_abi`, can enforce, or if a stand-in is
/// missing. A record that contradicts itself is degraded as well.
std::string status_field(Source& source, int known_abi = 0);
/// The kernel's ABI, also a newer one than newest_abi; 0: none, or no number that a kernel has.
int abi_field(Source& source);
/// Empty unless each name in it, between "+" and blanks, can be the name of a policy.
std::string policy_field(Source& source);
/// Empty unless it is a digest.
std::string digest_field(Source& source);
/// The rights in the list, each once.
std::vector<std::string> known_rights(std::string_view list);

/// Whether a comm has the form of the wrapper's tag: "rf" and 13 lower-case hex digits.
bool is_tag(std::string_view comm);

}  // namespace ringfence::journal
