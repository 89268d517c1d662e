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
//  5. More domains with the tag than its reports announce with LANDLOCK_LAYERS= (surplus_domains);
//     also when there are more of either than memory is spent on.
//  6. No report, or none with a unit (journald finds none for a process that has exited): entries
//  of the journal with a trusted invocation ID that begins with the tag's
//     digits name a unit, but so does the forger of rule 2: it is shown as `claimed`, no more.
// A report's policy counts when it comes from the creator's PID, or all reports of the tag agree.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
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

/// What is known of one domain.
struct Domain {
    const std::string* exe = nullptr;  ///< of its creator, and its comm
    const std::string* comm = nullptr;
    std::optional<std::int64_t> pid;
    std::optional<std::uint32_t> uid;
    Time announced{};
    std::optional<Time> ended;  ///< its "deallocated" record
    std::uint64_t counted = 0;  ///< denials by the kernel's count, in that record
    std::uint64_t logged = 0;   ///< denials read; counted by the caller
};

struct IdentityOptions {
    /// The journal's PIDs are those of the initial PID namespace.
    bool pids_comparable = false;
    /// Records and reports come from sources that do not share boot IDs (Source::knows_boots()).
    bool tags_across_boots = false;
    /// Reports are added after all domains: only those with a domain's tag need memory.
    bool domains_first = false;
    /// Beyond it domains are not kept: their denials have no domain record.
    std::size_t max_domains = 100000;
    /// Beyond it reports are not kept, and their tags lead nowhere: everybody can send reports.
    std::size_t max_reports = 200000;
    /// Of all the strings of domains and reports, with the same consequence.
    std::size_t max_text_bytes = 8u << 20;
};

/// Everything that is known of domains and tags. Records may be added in any order; attribute()
/// after the last. Holds one row a domain that had a logged denial and one a report; strings are
/// kept once.
class Identities {
  public:
    using Key = std::pair<Id, std::uint64_t>;

    explicit Identities(const IdentityOptions& options = {}) : options_(options) {}

    void add(const Id& boot, const DomainRecord& record, Time time = {});
    void add(const WrapperReport& report);

    /// Errors: those of `find`, which is only asked for tags without a report.
    Result<Attribution> attribute(const Id& boot, std::uint64_t domain, const FindInvocation& find);

    /// nullptr: not announced.
    Domain* find(const Id& boot, std::uint64_t domain);
    const std::map<Key, Domain>& domains() const { return domains_; }

    /// Domains that were left out (IdentityOptions::max_domains).
    std::uint64_t left_out() const { return left_out_; }

  private:
    // A report without what its tag says already.
    struct Report {
        const Unit* unit;
        std::optional<std::int64_t> pid;
        std::optional<std::uint32_t> uid;
        const std::string *exe, *policy, *digest, *program;
        unsigned layers;
    };
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

        void add(const Report& report, const Report& first);
        bool has_pid(const Domain& domain) const;
        bool made_elsewhere(const Domain& domain) const;
    };
    using TagKey = std::pair<Id, std::string>;
    struct Tag {
        std::vector<Report> reports;
        std::vector<Key> domains;
        bool unplaced = false;    // there was a report without a unit
        bool incomplete = false;  // more of it than is kept: nothing can be said for certain
        std::unique_ptr<Summary> summary;
    };

    TagKey tag_key(const Id& boot, const std::string& tag) const {
        return {options_.tags_across_boots ? Id{} : boot, tag};
    }
    const std::string* keep(const std::string& text);
    bool has_room() const { return text_bytes_ < options_.max_text_bytes; }
    Summary& summary_of(Tag& tag) const;
    static Reason judge(const Tag& tag, const Summary& summary, const Domain& domain);
    static void fill_claims(Attribution& attribution, const Tag& tag, const Summary& summary,
                            const Domain& domain);

    IdentityOptions options_;
    std::set<std::string> strings_;
    std::set<Unit> units_;
    std::map<Key, Domain> domains_;
    std::map<TagKey, Tag> tags_;
    std::size_t reports_ = 0;
    std::size_t text_bytes_ = 0;
    std::uint64_t left_out_ = 0;
};

}  // namespace ringfence::journal
