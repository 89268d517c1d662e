// SPDX-License-Identifier: LGPL-2.1-or-later
// From a domain to the unit whose fence it is, or to the reason why that cannot be said.
//
// domain → its creator's comm, the tag (kernel) → the wrapper's report with that tag →
// _SYSTEMD_UNIT (journald). Who controls what, and so what each step is worth:
//
//  - Records 1423 and 1424 come from the kernel: user space may send audit records of types
//    1100–1199 and 2100–2999 only (audit_netlink_ok()), and only journald sets _TRANSPORT=audit and
//    _AUDIT_TYPE=. Domain, blockers, pid and uid in them are facts.
//  - comm in a 1424 record is whatever the creator of the domain chose, and the tag of another unit
//    is no secret (`systemctl show -p InvocationID`). A tag alone proves nothing.
//  - exe in a 1424 record is a fact of the kernel, but a path in the creator's mount namespace: it
//    keeps out a program that only sets its comm; it does not keep out somebody who runs the real
//    wrapper with another INVOCATION_ID=, or bind-mounts a program over its path.
//  - LANDLOCK_* fields of a report are its sender's claims, and everybody may send them. _PID, _UID
//    and _SYSTEMD_UNIT of the same record are journald's facts about the sender.
//
// Hence the rules, each of which leaves the denials of a tag without a unit rather than guess:
//  1. Reports with one tag from two units: one of the two lies (conflicting_units).
//  2. A domain whose creator's exe is not the wrapper: another user of Landlock when its comm is no
//     tag (other_landlock_user), else forged_tag.
//  3. A domain made by another user than every report's sender (other_process). Comparable always:
//     journald gets audit records only in the initial user namespace (CAP_AUDIT_READ).
//  4. A domain made by another process than every report's sender (other_process), where PIDs are
//     comparable: journald runs in the initial PID namespace, which the caller says, or another
//     domain with that tag does match. In a container they differ by construction.
//  5. More domains with the tag than its reports announce with LANDLOCK_LAYERS= (surplus_domains).
//  6. No report, or none with a unit (journald finds none for a process that has exited): entries
//  of the journal with a trusted invocation ID that begins with the tag's
//     digits name a unit, but so does the forger of rule 2: it is shown as `claimed`, no more.
// A report's policy counts when it comes from the creator's PID, or all reports of the tag agree.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "journal/record.h"
#include "journal/source.h"
#include "journal/wrapper_report.h"

namespace ringfence::journal {

enum class Reason : std::uint8_t {
    attributed,
    no_domain_record,
    other_landlock_user,
    forged_tag,
    other_process,
    conflicting_units,
    surplus_domains,
    no_report,
    no_unit,
};

/// The name in JSON ("conflicting-units") and a sentence without full stop.
struct ReasonText {
    const char* name;
    const char* sentence;
};
ReasonText text_of(Reason reason);

/// What the unit of a denial rests on.
enum class Confidence : std::uint8_t {
    none,        ///< no unit
    invocation,  ///< the tag's digits only; `claimed` holds the unit
    tag,         ///< a report with the tag
    process,     ///< a report with the tag from the very process that made the domain
};
const char* name_of(Confidence confidence);

struct Attribution {
    Reason reason = Reason::no_domain_record;
    Confidence confidence = Confidence::none;
    Unit unit;                  ///< empty unless attributed
    std::vector<Unit> claimed;  ///< not attributed: the units that the tag names, without proof
    std::string policy;         ///< empty when not attributed, unnamed, or the reports disagree
    std::string digest;
    std::string program;  ///< what the wrapper executed
    std::string tag;      ///< the comm of the domain's creator, a tag or not
    std::string exe;      ///< its executable, in its own mount namespace

    auto operator<=>(const Attribution&) const = default;
};

/// Looks units up by the first digits of an invocation ID (Source::units_of_invocation).
using FindInvocation = std::function<Result<std::vector<Unit>>(std::string_view digits)>;

/// Everything that is known of domains and tags. Records may be added in any order; attribute()
/// after the last. Holds one row a domain that had a logged denial and one a report.
class Identities {
  public:
    /// `pids_comparable`: the journal's PIDs are those of the initial PID namespace.
    explicit Identities(bool pids_comparable = false) : pids_comparable_(pids_comparable) {}

    void add(const Id& boot, const DomainRecord& record);
    void add(const WrapperReport& report);

    /// Errors: those of `find`, which is only asked for tags without a report.
    Result<Attribution> attribute(const Id& boot, std::uint64_t domain, const FindInvocation& find);

  private:
    // What the rules need of all reports and domains of a tag, worked out once: an attacker can
    // make very many of either.
    struct Summary {
        std::vector<Unit> units;
        std::set<std::int64_t> pids;  // of the reports
        std::set<std::uint32_t> uids;
        bool any_uid = false;            // a report without _UID=
        std::set<std::string> wrappers;  // paths of the wrapper in _EXE=
        bool any_wrapper = false;        // a report whose _EXE= says nothing
        bool comparable = false;         // rule 4
        bool agreed = true;              // all reports name one policy
        std::size_t announced = 0;       // domains, by the reports
        std::size_t made = 0;            // domains that the wrapper can have made

        void add(const WrapperReport& report, const WrapperReport& first);
        bool has_pid(const DomainRecord& domain) const;
        bool made_elsewhere(const DomainRecord& domain) const;
    };
    struct Tag {
        std::vector<WrapperReport> reports;
        std::vector<std::uint64_t> domains;
        bool unplaced = false;  // there was a report without a unit
        std::optional<Summary> summary;
    };

    const DomainRecord& record_of(const Id& boot, std::uint64_t domain) const;
    const Summary& summary_of(const Id& boot, Tag& tag) const;
    static Reason judge(const Tag& tag, const Summary& summary, const DomainRecord& domain);

    bool pids_comparable_;
    std::map<std::pair<Id, std::uint64_t>, DomainRecord> domains_;
    std::map<std::pair<Id, std::string>, Tag> tags_;
};

}  // namespace ringfence::journal
