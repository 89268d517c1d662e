// SPDX-License-Identifier: LGPL-2.1-or-later
// Leads from a domain to the unit whose fence it is, or to the reason why the unit is not known.
//
// The chain is: domain → comm of its creator, which is the tag (kernel) → the wrapper's report with
// that tag → _SYSTEMD_UNIT (journald). Each step is worth as much as the party that controls it:
//
//  - Records 1423 and 1424 come from the kernel. User space may send audit records of types
//    1100–1199 and 2100–2999 only (audit_netlink_ok()), and only journald sets _TRANSPORT=audit and
//    _AUDIT_TYPE=. So the domain, blockers, pid and uid in these records are facts.
//  - The creator of a domain chooses the comm in the 1424 record. The wrapper takes random digits,
//    which nobody knows before it runs. Afterwards they are no secret, so a tag alone proves
//    nothing. (The tags of earlier versions are the first digits of the invocation ID.)
//  - The exe in a 1424 record is a fact of the kernel, but it is a path in the creator's mount
//    namespace. It exposes a program that only sets its comm. It does not expose somebody who
//    bind-mounts a program over its path.
//  - The LANDLOCK_* fields of a report are claims of its sender, and everybody may send reports.
//    _PID, _UID, _SYSTEMD_UNIT and _SYSTEMD_INVOCATION_ID of the same record are journald's facts
//    about the sender.
//
// A report that does not fit the kernel's record of the domain is ignored: it is not believed, and
// it is not believed against others. These are the rules:
//  1. other_landlock_user: the comm of the domain's creator is not a tag.
//     forged_tag: it is a tag, but the exe is not the wrapper.
//  2. The reports of the domain's own process and user decide, if there are any. Process IDs can be
//     compared if journald runs in the initial PID namespace, which the caller says, or if a domain
//     with that tag does match. In a container they always differ.
//  3. Where they cannot be compared, the reports of the domain's user decide, and of these the unit
//     that sent the first one: the wrapper's, since nobody else knew the tag. With a tag of an
//     earlier version, it is the unit whose invocation ID begins with the tag's digits. User IDs
//     can always be compared: journald gets audit records only in the initial user namespace
//     (CAP_AUDIT_READ).
//  4. other_process: rules 2 and 3 leave no report.
//  5. surplus_domains: there are more domains with the tag than these reports announce with
//     LANDLOCK_LAYERS=, or more domains or reports than are kept in memory.
//  6. no_report, no_unit: there is no report, or none with a unit (journald finds none for a
//     process that has exited). For a tag of an earlier version, other entries of the journal may
//     have a trusted invocation ID that begins with its digits. They name a unit, but a forger can
//     name it as well, so the unit is only shown as `claimed`.
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
    surplus_domains,
    no_report,
    no_unit,
};

/// The name in JSON ("conflicting-units"), and a sentence without a final full stop.
struct ReasonText {
    const char* name;
    const char* sentence;
};
ReasonText text_of(Reason reason);

/// The evidence for the unit of a denial.
enum class Confidence : std::uint8_t {
    none,        ///< no unit
    invocation,  ///< only the digits of an earlier version's tag; `claimed` holds the unit
    tag,         ///< a report with the tag
    process,     ///< a report with the tag from the very process that made the domain
};
const char* name_of(Confidence confidence);

struct Attribution {
    Reason reason = Reason::no_domain_record;
    Confidence confidence = Confidence::none;
    Unit unit;                  ///< empty unless attributed
    std::vector<Unit> claimed;  ///< without proof: the units that the tag names
    std::string policy;         ///< empty when not attributed, unnamed, or the reports disagree
    std::string digest;
    std::string program;  ///< what the wrapper executed
    std::string tag;      ///< the comm of the domain's creator, a tag or not
    std::string exe;      ///< its executable, in its own mount namespace

    auto operator<=>(const Attribution&) const = default;
};

/// Looks units up by the first digits of an invocation ID (Source::units_of_invocation).
using FindInvocation = std::function<Result<std::vector<Unit>>(std::string_view digits)>;

/// The facts about one domain.
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
    /// Whether the journal's PIDs are those of the initial PID namespace.
    bool pids_comparable = false;
    /// Whether records and reports come from sources without common boot IDs
    /// (Source::knows_boots()).
    bool tags_across_boots = false;
    /// Whether all domains are added before the reports. Then only reports with a domain's tag need
    /// memory.
    bool domains_first = false;
    /// Further domains are not kept, and their denials have no domain record.
    std::size_t max_domains = 100000;
    /// Further reports are not kept, and their tags lead to no unit. The limit is needed because
    /// everybody can send reports.
    std::size_t max_reports = 200000;
    /// The limit for all strings of domains and reports, with the same consequence.
    std::size_t max_text_bytes = 8u << 20;
    /// The part of these limits that one unit can take. A domain record has no unit: there, it is
    /// what one user can take, and root with records that cannot be those of a fence.
    std::size_t unit_part = 16;
    /// The part of the text for executables. Beyond it, only their last component is kept.
    std::size_t exe_part = 4;
};

/// All domains and tags. Records may be added in any order, and attribute() is called after the
/// last one. There is one row for each domain with a logged denial and one for each report. Equal
/// strings are stored once.
class Identities {
  public:
    using Key = std::pair<Id, std::uint64_t>;

    explicit Identities(const IdentityOptions& options = {}) : options_(options) {}

    void add(const Id& boot, const DomainRecord& record, Time time = {});
    void add(const WrapperReport& report);

    /// Errors: those of `find`, which is called only for tags without a report.
    Result<Attribution> attribute(const Id& boot, std::uint64_t domain, const FindInvocation& find);

    /// nullptr if the domain is not announced.
    Domain* find(const Id& boot, std::uint64_t domain);
    const std::map<Key, Domain>& domains() const { return domains_; }

    /// The number of domains that were left out (IdentityOptions::max_domains).
    std::uint64_t left_out() const { return left_out_; }

    /// Of these, the domains of users that made more than their part, by user ID.
    const std::map<std::uint32_t, std::uint64_t>& left_out_users() const { return left_out_users_; }

    /// The units of which reports were left out, and how many. A unit of a user's manager counts
    /// for the user's.
    const std::map<std::string, std::uint64_t>& dropped() const { return dropped_; }

  private:
    // A report without the tag and the boot, by which it is stored.
    struct Report {
        const Unit* unit;
        std::optional<std::int64_t> pid;
        std::optional<std::uint32_t> uid;
        const std::string *exe, *policy, *digest, *program;
        unsigned layers;
        bool own_digits;  // its invocation ID begins with the tag's digits
    };
    // The reports that decide about some domains of a tag, of one unit.
    struct Group {
        const Report* first = nullptr;
        std::set<std::string> wrappers;  // paths of the wrapper in _EXE=
        bool any_wrapper = false;        // a report whose _EXE= says nothing
        bool agreed = true;              // all reports name one policy
        std::size_t announced = 0;       // domains, by the reports
        std::size_t made = 0;            // domains that the wrapper can have made

        void add(const Report& report);
    };
    using Process = std::pair<std::int64_t, std::uint32_t>;
    // What the rules need to know of all reports and domains of a tag. It is computed once for each
    // tag, because an attacker can make very many of either.
    struct Summary {
        std::vector<Unit> units;
        std::map<Process, Group> by_process;     // rule 2
        std::map<std::uint32_t, Group> by_user;  // rule 3
        bool comparable = false;                 // rule 2
    };
    using TagKey = std::pair<Id, std::string>;
    struct Tag {
        std::vector<Report> reports;
        std::vector<Key> domains;
        bool unplaced = false;    // a report has no unit
        bool incomplete = false;  // not everything is kept, so nothing is certain
        std::unique_ptr<Summary> summary;
    };

    TagKey tag_key(const Id& boot, const std::string& tag) const {
        return {options_.tags_across_boots ? Id{} : boot, tag};
    }
    const std::string* keep(const std::string& text);
    const std::string* keep_exe(const std::string& exe);
    bool has_room() const { return text_bytes_ < options_.max_text_bytes; }
    bool may_keep(const std::string& unit);
    bool may_keep(const DomainRecord& record);
    Summary& summary_of(Tag& tag) const;
    void add_reports(const Tag& tag, Summary& summary) const;
    static const Group* group_of(const Summary& summary, const Domain& domain);
    static Reason judge(const Tag& tag, const Summary& summary, const Domain& domain);

    IdentityOptions options_;
    std::set<std::string> strings_;
    std::set<Unit> units_;
    std::map<Key, Domain> domains_;
    std::map<TagKey, Tag> tags_;
    std::size_t reports_ = 0;
    std::size_t text_bytes_ = 0;
    std::size_t exe_bytes_ = 0;
    std::uint64_t left_out_ = 0;
    struct Use {
        std::size_t reports = 0, bytes = 0;
    };
    std::map<std::string, Use> use_;  // by system unit
    // By user, and by whether the domain can be that of a fence.
    std::map<std::pair<std::uint32_t, bool>, std::size_t> domains_of_;
    std::map<std::uint32_t, std::uint64_t> left_out_users_;
    std::map<std::string, std::uint64_t> dropped_;
};

}  // namespace ringfence::journal
