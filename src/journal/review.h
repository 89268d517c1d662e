// SPDX-License-Identifier: LGPL-2.1-or-later
// A whole review: entries of a source → denials with the unit whose fence denied them.
//
// Several passes over the source. A domain is announced with its first denial and the wrapper
// reports when the service starts, both maybe long before the time asked for: so identities are
// read without limits of time, which is cheap (a few records a service start), and denials within
// them. Since identities come first, denials are counted for the unit at once, and memory goes with
// the different denials, not with the records.
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
#include "journal/denial.h"
#include "journal/event.h"
#include "journal/filter.h"
#include "journal/loss.h"
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

/// What the kernel counted for a unit's fences, against what was logged.
struct UnitCount {
    Unit unit;
    std::string machine, host;
    std::uint64_t starts = 0;   ///< domains with a logged denial, announced in the period
    std::uint64_t logged = 0;   ///< records read of denials in the period
    std::uint64_t ended = 0;    ///< of the domains, those that also ended in the period…
    std::uint64_t counted = 0;  ///< …and of these the denials by the kernel's count…
    std::uint64_t read = 0;     ///< …and the records read

    /// Denials that happened and are not here: not logged, or their records lost.
    std::uint64_t missing() const { return counted > read ? counted - read : 0; }
};

struct Review {
    std::vector<Denial> denials;       ///< with a unit; sorted by machine, unit, first time
    std::vector<Denial> unattributed;  ///< without; sorted by reason, machine, first time
    std::vector<UnitCount> units;      ///< sorted by machine, unit
    std::uint64_t records = 0;         ///< access records read
    std::uint64_t malformed = 0;       ///< Landlock records that could not be parsed
    std::uint64_t unreadable = 0;      ///< lines of a text source that were no record
    std::uint64_t uncounted = 0;       ///< denials beyond the limit of memory: in no list
    std::uint64_t left_out = 0;        ///< domains beyond it
    std::uint64_t elsewhere = 0;  ///< left out by the unit or policy asked for: unattributed ones
    Losses losses;
};

struct ReviewOptions {
    Time since = Time::min();
    Time until = Time::max();
    std::optional<Id> boot;
    bool pids_comparable = false;  ///< attribution.h, rule 4
    bool keep_records = false;     ///< Tally::records
    /// Following: identities from then on come with take_live(), older ones with
    /// read_identities().
    std::optional<Time> live_from;
    Filter filter;
    /// Called for each denial that the filter lets through, before it is counted. `whose` is to be
    /// copied if it is kept.
    std::function<void(const Attribution& whose, const std::string& host, const DenialEvent&)> each;
};

/// Reads a source.
class Reader {
  public:
    Reader(Source& source, const ReviewOptions& options);

    /// All domains and reports there are. Errors: those of the source, as below.
    Result<void> read_identities();

    /// All denials of the period, counted. Once, after read_identities().
    Result<Review> read_denials();

    // Following: after read_identities(), take the entries as they come.

    /// The source's current entry, of whatever kind.
    void take_live();
    /// Denials whose records are all there, and those that began before `time`.
    Result<std::vector<Denial>> ready(Time time);
    /// Whether more may be ready later without a new entry.
    bool waiting() const { return !joiner_.empty() || !live_.empty(); }

  private:
    struct Machine {
        std::string id, host;
    };
    struct Whose {
        Attribution attribution;
        Machine machine;
    };

    Result<void> read(Pass pass);
    void take(Pass pass);
    void take_record(std::string_view message);
    Result<DenialCounter::Whose> whose(const DomainId& domain);
    DenialCounter::Whose number_of(Whose&& whose);
    void count(DenialEvent&& event);
    void note_machine(const Id& boot);
    Result<void> count_units();

    Source& source_;
    ReviewOptions options_;
    Identities identities_;
    EventJoiner joiner_;
    DenialCounter counter_;
    LossCounter losses_;
    std::map<Id, Machine> machines_;
    std::map<DomainId, DenialCounter::Whose> known_;
    std::map<std::tuple<std::string, std::string, Attribution>, DenialCounter::Whose> numbers_;
    std::vector<Whose> all_;
    std::vector<DenialEvent> live_;
    std::optional<Diagnostics> problem_;  // from within a callback
    Review review_;
};

/// All of it. Errors: those of the source.
Result<Review> review(Source& source, const ReviewOptions& options);

}  // namespace ringfence::journal
