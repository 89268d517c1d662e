// SPDX-License-Identifier: LGPL-2.1-or-later
// A review turns the entries of a source into denials, each with the unit whose fence denied it.
//
// It reads the source in several passes. The kernel announces a domain with its first denial, and
// the wrapper reports when the service starts. Both may be long before the period of the review. So
// domains and reports are read without limits of time, which is cheap (a few records for each
// start), and denials only within the period. Because the identities are read first, each denial is
// counted for its unit at once. Memory therefore depends on the number of different denials, not of
// records.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/diagnostic.h"
#include "journal/attribution.h"
#include "journal/audit_entry.h"
#include "journal/copies.h"
#include "journal/denial.h"
#include "journal/event.h"
#include "journal/filter.h"
#include "journal/loss.h"
#include "journal/source.h"

namespace ringfence::journal {

/// Equal denials of one unit on one machine. Without a unit, they have the same creator of domains.
struct Denial {
    Attribution attribution;
    std::string machine;  ///< machine ID
    std::string host;     ///< host name, as journald had it last
    DenialKey what;
    Tally tally;
    bool proved = true;  ///< Source::proved()

    /// The denied program: the one in the event's SYSCALL record, or else the one that the wrapper
    /// executed.
    const std::string& program() const { return what.exe.empty() ? attribution.program : what.exe; }
};

/// Compares the kernel's count of the denials of a unit's fences with the logged records.
struct UnitCount {
    Unit unit;
    std::string machine, host;
    std::uint64_t starts = 0;   ///< domains with a logged denial, announced in the period
    std::uint64_t logged = 0;   ///< records read of denials in the period
    std::uint64_t ended = 0;    ///< of the domains, those that also ended in the period…
    std::uint64_t counted = 0;  ///< …and of these the denials by the kernel's count…
    std::uint64_t read = 0;     ///< …and the records read

    /// Denials that are not in the journal: the kernel did not log them, or their records were
    /// lost.
    std::uint64_t missing() const { return counted > read ? counted - read : 0; }
};

struct Review {
    std::vector<Denial> denials;       ///< with a unit; sorted by machine, unit, first time
    std::vector<Denial> unattributed;  ///< without; sorted by reason, machine, first time
    std::vector<UnitCount> units;      ///< sorted by machine, unit
    std::uint64_t records = 0;         ///< access records read
    std::uint64_t malformed = 0;       ///< Landlock records that could not be parsed
    std::uint64_t unreadable = 0;      ///< lines of a text source that were no record
    std::uint64_t uncounted = 0;       ///< denials beyond the limit of memory, which are in no list
    std::uint64_t left_out = 0;        ///< domains beyond the limit of memory
    /// Of these, the domains of users that made more than their part, by user ID.
    std::map<std::uint32_t, std::uint64_t> left_out_users;
    std::map<std::string, std::uint64_t> dropped;  ///< units of which reports were left out
    std::uint64_t elsewhere = 0;  ///< unattributed denials that the filter left out
    std::uint64_t unread = 0;     ///< entries and lines that look like denials and were not read
    std::uint64_t cut = 0;        ///< access records whose end the kernel's log did not keep
    bool proved = true;           ///< Source::proved()
    Losses losses;

    /// Whether something that was read is, or may be, a denial that is in no list.
    bool may_have_more() const { return malformed + unread + uncounted != 0; }
};

struct ReviewOptions {
    Time since = Time::min();
    Time until = Time::max();
    std::optional<Id> boot;
    bool pids_comparable = false;  ///< attribution.h, rule 4
    bool keep_records = false;     ///< Tally::records
    /// For following: identities from this time on come through take_live(), older ones through
    /// read_identities().
    std::optional<Time> live_from;
    Filter filter;
    /// Called for each denial that the filter accepts, before the denial is counted. `whose` is
    /// valid only during the call.
    std::function<void(const Attribution& whose, const std::string& host, const DenialEvent&)> each;
};

/// Reads a source for a review.
class Reader {
  public:
    Reader(Source& source, const ReviewOptions& options);

    /// Reads all domains and reports. Errors here and below: those of the source.
    Result<void> read_identities();

    /// Reads and counts all denials of the period. Called once, after read_identities().
    Result<Review> read_denials();

    // For following, after read_identities():

    /// Takes the source's current entry, whatever its kind.
    void take_live();
    /// The denials with all their records, and those that began before `time`.
    Result<std::vector<Denial>> ready(Time time);
    /// Whether a denial may become ready without a further entry.
    bool waiting() const { return !joiner_.empty() || !live_.empty(); }

  private:
    struct Machine {
        std::string id, host;
    };
    struct Owner {
        Attribution attribution;
        Machine machine;
    };

    Result<void> read(Pass pass);
    void take(Pass pass);
    void take_loss();
    void take_record(AuditEntry&& entry);
    void take_access(AuditEntry&& entry, AccessRecord&& access, bool completes);
    EventId event_of(const AuditEntry& entry);
    Copies::Verdict verdict_on(const EventId& event, const AuditEntry& entry);
    void count_origin(RecordOrigin origin, Copies::Verdict verdict);
    std::uint64_t unprinted();
    Result<DenialCounter::OwnerNumber> whose(const DomainId& domain);
    DenialCounter::OwnerNumber number_of(Owner&& whose);
    void count(DenialEvent&& event);
    void note_machine(const Id& boot);
    Result<void> count_units();

    Source& source_;
    ReviewOptions options_;
    Identities identities_;
    EventJoiner joiner_;
    DenialCounter counter_;
    LossCounter losses_;
    Copies copies_;
    // Access records that the audit system delivered, and those that only the kernel's log has.
    std::uint64_t of_audit_ = 0, only_logged_ = 0;
    std::map<Id, Machine> machines_;
    std::map<DomainId, DenialCounter::OwnerNumber> known_;
    std::map<std::tuple<std::string, std::string, Attribution>, DenialCounter::OwnerNumber>
        numbers_;
    std::vector<Owner> all_;
    std::vector<DenialEvent> live_;
    std::optional<Diagnostics> problem_;  // an error inside a callback
    Review review_;
};

/// Makes a whole review. Errors: those of the source.
Result<Review> review(Source& source, const ReviewOptions& options);

}  // namespace ringfence::journal
