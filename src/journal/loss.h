// SPDX-License-Identifier: LGPL-2.1-or-later
// Counts records that never reached the journal, as messages in the journal report them.
//
// Sources: audit_log_lost() in kernel/audit.c writes "audit: audit_lost=N …" with the count since
// boot, and ___ratelimit() in lib/ratelimit.c "kauditd_printk_skb: N callbacks suppressed" for
// records that were not written to the kernel's log. journald-rate-limit and journald-kmsg of
// systemd write the two messages whose IDs are in sd-messages.h (SD_MESSAGE_JOURNAL_DROPPED,
// SD_MESSAGE_JOURNAL_MISSED).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "journal/source.h"

namespace ringfence::journal {

inline constexpr char message_suppressed[] = "a596d6fe7bfa4994828e72309e95d61e";
inline constexpr char message_missed[] = "e9bf28e6e834481bb6f48f548ad13606";
inline constexpr std::string_view loss_priority = "4";  // pr_warn()

// What _TRANSPORT= of journald says about an entry.
inline constexpr std::string_view transport_audit = "audit", transport_kernel = "kernel";

bool is_loss_message(std::string_view message_id);
/// Whether such an entry is journald's or the kernel's own. Services can send the same message IDs,
/// and write to /dev/kmsg, where the kernel does not let them be of its facility 0.
bool tells_of_losses(std::string_view transport, std::string_view facility);
/// Whether the kernel itself wrote an entry. Programs that write to /dev/kmsg cannot have its
/// facility.
bool is_of_kernel(std::string_view transport, std::string_view facility);
/// Whether a message of the kernel reports lost audit records.
bool is_kernel_loss(std::string_view message);
/// Where such a message begins in a line of a log. npos if it is not there.
std::size_t find_kernel_loss(std::string_view line);

/// Records that were dropped in the period of a review.
struct Losses {
    std::uint64_t audit = 0;       ///< by the kernel's audit: backlog or rate limit
    std::uint64_t suppressed = 0;  ///< by journald's rate limit
    std::uint64_t missed = 0;      ///< of the kernel's log, before journald read them
    /// Audit records that the kernel did not write to its log (its rate limit). Another reader of
    /// the audit system has them all the same.
    std::uint64_t unprinted = 0;
    Time last = Time::min();

    bool any() const { return audit + suppressed + missed + unprinted != 0; }
};

/// Adds up losses. The kernel's number is a total since boot, so of one boot only the highest
/// counts.
class LossCounter {
  public:
    void add(const Id& boot, Time time, std::string_view message_id, std::string_view message);
    Losses losses() const;

    /// Losses::unprinted without the boots for which `has_reader` says that something else than the
    /// kernel's log received the records.
    std::uint64_t unprinted(const std::function<bool(const Id&)>& has_reader) const;

  private:
    Losses others_;
    std::map<Id, std::uint64_t> audit_;  // the highest count of a boot
    std::map<Id, std::uint64_t> unprinted_;
};

}  // namespace ringfence::journal
